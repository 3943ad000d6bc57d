import { refuse } from '@jackfield/problem/refuse'
import { isUuid, pageStart } from './cursor.ts'

/** A slice of a list in key order: rows after `after`, one more than a page shows. */
export type Range = { after: string | undefined; limit: number }

/**
 * The range of rows that a list's query asks for; `isKey` checks the value that the list is sorted by.
 * @throws 400 `invalid-cursor` (FC-55)
 */
export function readRange(
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  isKey: (text: string) => boolean = isUuid,
): Range {
  const [after] = pageStart(cursor, isKey) ?? []
  if (after === undefined) throw refuse('invalid-cursor')
  return { after: after ?? undefined, limit: limit + 1 }
}
