import type { PageQuery } from '@jackfield/contract/page'
import { isUuid, pageStart } from '@jackfield/postgres/cursor'
import { refuse } from '../errors.ts'
import type { Range } from '../ports.ts'

/** The slice of the list that a query asks for, with one row more; `isKey` says what a row is sorted by. */
export function readRange({ cursor, limit }: PageQuery, isKey: (text: string) => boolean = isUuid): Range {
  const [after] = pageStart(cursor, isKey) ?? []
  if (after === undefined) throw refuse('invalid-cursor')
  return { after: after ?? undefined, limit: limit + 1 }
}
