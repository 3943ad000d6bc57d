import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, isText, isUuid } from '../src/cursor.ts'

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'

test.each(["O'Brien", '', '%_\\', 'ä "x" 😀'])('SI-05 a cursor holds any text that Postgres stores: %j', (text) => {
  expect(decodeCursor(encodeCursor([text, ID]), isText, isUuid)).toEqual([text, ID])
})

test.each([
  '',
  'garbage',
  encodeCursor(['one']),
  encodeCursor(['one', ID, ID]),
  encodeCursor(['one', '-'.repeat(36)]),
  encodeCursor(['one', ID.toUpperCase()]),
  encodeCursor(['one', `${ID} `]),
  encodeCursor(['a\0', ID]),
  encodeCursor(['\ud800', ID]),
  Buffer.from('{"a":1}').toString('base64url'),
  Buffer.from('[1,2]').toString('base64url'),
])('FC-55 SI-05 what is no cursor of a text and an id is refused: %s', (text) => {
  expect(decodeCursor(text, isText, isUuid)).toBeUndefined()
})
