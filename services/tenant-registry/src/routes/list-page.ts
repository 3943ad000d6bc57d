import { Id } from '@jackfield/contract/identifier'
import type { Page, PageQuery } from '@jackfield/contract/page'
import { decodeCursor, encodeCursor } from '@jackfield/postgres/cursor'
import type { z } from 'zod'
import { refuse } from '../errors.ts'
import type { Range } from '../ports.ts'

/** The slice of the list that a query asks for, with one row more. */
export function readRange({ cursor, limit }: PageQuery, key: z.ZodType<string> = Id): Range {
  if (cursor === undefined) return { after: undefined, limit: limit + 1 }
  const after = key.safeParse(decodeCursor(cursor, 1)?.[0]).data
  if (after === undefined) throw refuse('invalid-cursor')
  return { after, limit: limit + 1 }
}

/** The page of these rows, which `readRange` asked for. */
export function toPage<Item>(rows: readonly Item[], { limit }: PageQuery, keyOf: (item: Item) => string): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([keyOf(last)]) : null }
}
