import type { Page, PageQuery } from '@jackfield/contract/page'
import { decodeCursor, encodeCursor, isUuid } from '@jackfield/postgres/cursor'
import { refuse } from '../errors.ts'
import type { Range } from '../ports.ts'

/** The slice of the list that a query asks for, with one row more; `isKey` says what a row is sorted by. */
export function readRange({ cursor, limit }: PageQuery, isKey: (text: string) => boolean = isUuid): Range {
  if (cursor === undefined) return { after: undefined, limit: limit + 1 }
  const [after] = decodeCursor(cursor, isKey) ?? []
  if (after === undefined) throw refuse('invalid-cursor')
  return { after, limit: limit + 1 }
}

/** The page of these rows, which `readRange` asked for. */
export function toPage<Item>(rows: readonly Item[], { limit }: PageQuery, keyOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([keyOf(last)]) : null }
}
