/**
 * An expected refusal on its way to the client: a status, a stable code, a fixed title, and what to do about this case.
 * `cause` is for the log only.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly status: number
  readonly code: string
  /** The same in every case of this code (RFC 9457 3.1.3). */
  readonly title: string
  readonly detail: string | undefined
  /** Extra members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, title: string, options: RefusalOptions = {}) {
    super(options.detail ?? title, { cause: options.cause })
    this.status = status
    this.code = code
    this.title = title
    this.detail = options.detail
    this.members = options.members ?? {}
    this.retryAfter = options.retryAfter
  }
}

type RefusalOptions = {
  cause?: unknown
  /** What is wrong in this case; the catalogue's `help` by default. */
  detail?: string
  members?: Record<string, unknown>
  /** Seconds, sent as Retry-After. */
  retryAfter?: number
}

type Catalogue = Record<string, { status: number; title: string; help?: string }>

/**
 * Turns a catalogue of errors into `refuse(code, options)`, which makes the error to throw. The codes are public and
 * stable; a code that is not in the catalogue does not compile.
 */
export function defineErrors<Entries extends Catalogue>(catalogue: Entries) {
  return function refuse(code: keyof Entries & string, options: RefusalOptions = {}): AppError {
    const entry = catalogue[code]
    if (!entry) throw new TypeError(`No error ${code} in the catalogue.`)
    const detail = options.detail ?? entry.help
    return new AppError(entry.status, code, entry.title, { ...options, ...(detail !== undefined && { detail }) })
  }
}
