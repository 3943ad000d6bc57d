/**
 * An expected refusal on its way to the client: a status, a stable code, a sentence for people. `cause` is for the log
 * only.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly status: number
  readonly code: string
  /** Extra members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, message: string, options: RefusalOptions = {}) {
    super(options.message ?? message, { cause: options.cause })
    this.status = status
    this.code = code
    this.members = options.members ?? {}
    this.retryAfter = options.retryAfter
  }
}

type RefusalOptions = {
  cause?: unknown
  /** Replaces the catalogue's sentence where the particular case needs its own. */
  message?: string
  members?: Record<string, unknown>
  /** Seconds, sent as Retry-After. */
  retryAfter?: number
}

type Catalogue = Record<string, { status: number; message: string }>

/**
 * Turns a service's catalogue of errors into its `refuse(code, options)`, which makes the error to throw.
 * The codes are public and stable; a code that is not in the catalogue does not compile.
 */
export function defineErrors<Entries extends Catalogue>(catalogue: Entries) {
  return function refuse(code: keyof Entries & string, options?: RefusalOptions): AppError {
    const entry = catalogue[code]
    if (!entry) throw new TypeError(`No error ${code} in the catalogue.`)
    return new AppError(entry.status, code, entry.message, options)
  }
}
