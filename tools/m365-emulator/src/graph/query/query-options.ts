import { badRequest } from '../graph-error.ts'

export type QueryOptions = Readonly<Record<string, string | undefined>>

/** OData system options are case-insensitive, and the `$` may be missing. */
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

export function readTop(top: string | undefined): number | undefined {
  if (top === undefined) return undefined
  if (!/^-?\d{1,9}$/.test(top))
    throw badRequest(
      `Invalid value '${top}' for $top query option found. The $top query option requires a non-negative integer value.`,
    )
  const size = Number(top)
  if (size < 1 || size > 999)
    throw badRequest(`Invalid page size specified: '${size}'. Must be between 1 and 999 inclusive.`)
  return size
}

export function refuseOptions(
  options: QueryOptions,
  unsupported: readonly string[],
  message: (option: string) => string,
): void {
  const found = unsupported.find((option) => options[option] !== undefined)
  if (found !== undefined) throw badRequest(message(found))
}
