import { AppError } from '@jackfield/problem/app-error'
import { decodeCursor, encodeCursor, isUuid } from './cursor.ts'

/** A slice of a list in key order: rows behind `after`, one more than a page shows. */
export type Range = { after: string | undefined; limit: number }
type PageQuery = { cursor?: string | undefined; limit: number }

/**
 * The range of rows that a list's query asks for; `isKey` checks what the list is sorted by.
 * @throws 400 `invalid-cursor` (FC-55)
 */
export function readRange({ cursor, limit }: PageQuery, isKey: (text: string) => boolean = isUuid): Range {
  if (cursor === undefined) return { after: undefined, limit: limit + 1 }
  const [after] = decodeCursor(cursor, isKey) ?? []
  if (after === undefined) throw new AppError(400, 'invalid-cursor', 'The cursor is not one of this list.')
  return { after, limit: limit + 1 }
}

/** The page made of the rows of a `readRange`. */
export function toPage<Item>(
  rows: readonly Item[],
  { limit }: PageQuery,
  keyOf: (item: Item) => string,
): { items: Item[]; nextCursor: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([keyOf(last)]) : null }
}
