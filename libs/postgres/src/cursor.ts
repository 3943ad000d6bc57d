/** Opaque cursors of keyset paging: the sort values of the last row shown. */
export function encodeCursor(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

type IsValue = (value: string) => boolean

/** A uuid in lower case, as we write it. */
export const isUuid: IsValue = (value) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)

/** Text that Postgres can store: any Unicode but NUL. */
export const isText: IsValue = (value) => !value.includes('\0') && value.isWellFormed()

/**
 * The sort values of a cursor, each checked by the predicate at its place in `are`; undefined for any other text. A
 * value that Postgres cannot read would fail the query, with a 500.
 */
export function decodeCursor(text: string, ...are: readonly IsValue[]): string[] | undefined {
  const values = parsed(text)
  if (!Array.isArray(values) || values.length !== are.length) return undefined
  return values.every((value, index) => typeof value === 'string' && are[index]?.(value)) ? values : undefined
}

/** Where a page begins: nulls for the first one; undefined when `cursor` is malformed. See `decodeCursor`. */
export function pageStart(
  cursor: string | undefined,
  ...are: readonly IsValue[]
): ReadonlyArray<string | null> | undefined {
  return cursor === undefined ? are.map(() => null) : decodeCursor(cursor, ...are)
}

/** A page of at most `limit` of `rows`, which were read with `limit + 1`; `keyOf` gives a row's sort values. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}
