import { badRequest } from './graph-error.ts'

export type QueryOptions = Readonly<Record<string, string | undefined>>

/** OData system options are matched without regard to case, and the `$` may be missing. */
export function readOptions(query: unknown): QueryOptions {
  const options: Record<string, string> = {}
  for (const [name, value] of Object.entries(query as Record<string, string | string[]>)) {
    const option = name.toLowerCase().replace(/^\$/, '')
    if (Array.isArray(value) || option in options) {
      throw badRequest(`Query option '${name}' was specified more than once, but it must be specified at most once.`)
    }
    options[option] = value
  }
  return options
}

export function refuseOptions(options: QueryOptions, unsupported: readonly string[], message: (option: string) => string): void {
  const found = unsupported.find((option) => options[option] !== undefined)
  if (found !== undefined) throw badRequest(message(found))
}
