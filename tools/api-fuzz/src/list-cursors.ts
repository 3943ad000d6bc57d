import { expect, test } from 'vitest'
import { type Operation, urlOf } from './operations.ts'
import type { FuzzRequest } from './requests.ts'

const DASHES = '-'.repeat(36)
const ID = '01890a5d-ac96-774b-bcce-b302099a8057'
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Texts that are cursors of no list, some of them plausible. */
const WRONG_CURSORS: Readonly<Record<string, string>> = {
  nothing: '',
  'no base64': '%%%',
  'no JSON': Buffer.from('["').toString('base64url'),
  '36 dashes': encoded([DASHES]),
  'a name and 36 dashes': encoded(['a', DASHES]),
  '36 letters': encoded(['A'.repeat(36)]),
  'a name and 36 letters': encoded(['a', 'A'.repeat(36)]),
  'an id with a dash too many': encoded([`${ID.slice(0, -1)}-`]),
  'a NUL': encoded(['\0']),
  'a NUL and an id': encoded(['a\0', ID]),
  'half a surrogate pair and an id': encoded(['\ud800', ID]),
  'a number': encoded([1]),
  'values too many': encoded([ID, ID, ID]),
  'no values': encoded([]),
  'an object': encoded({ 0: ID }),
}

/** Registers the tests of FC-55 for each list of the document. */
export function testListCursors(
  operations: readonly Operation[],
  {
    values,
    send,
  }: {
    values: () => Readonly<Record<string, string>>
    send(request: FuzzRequest): Promise<{ status: number; body: string }>
  },
): void {
  const lists = operations.filter(({ query }) => query.some(({ name }) => name === 'cursor'))
  test.each(lists)('FC-55 SI-05 $id answers an invalid cursor with 400 invalid-cursor', async (operation) => {
    for (const [name, cursor] of Object.entries(WRONG_CURSORS)) {
      const url = `${urlOf(operation, values())}?${new URLSearchParams({ cursor })}`
      const { status, body } = await send({ method: 'GET', url, headers: {} })
      expect([name, status, JSON.parse(body).code]).toEqual([name, 400, 'invalid-cursor'])
    }
  })
}
