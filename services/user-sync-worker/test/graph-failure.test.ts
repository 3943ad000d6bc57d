import { GraphError } from '@microsoft/microsoft-graph-client'
import { expect, test } from 'vitest'
import { readGraphFailure } from '../src/adapters/graph/graph-failure.ts'

/** What is kept of a refusal's message. */
function words(message: string): string {
  const refusal = Object.assign(new GraphError(400, message), { code: 'Request_BadRequest' })
  const failure = readGraphFailure(refusal)
  return failure.kind === 'rejected' ? (failure.words ?? '') : ''
}

test.each([
  ['cut within a character', `${'x'.repeat(299)}🙂`, `${'x'.repeat(299)}\uFFFD`],
  ['that has half a character', 'half \uD83D of one', 'half of one'],
  ['that has control characters', 'one\u0000\u202E\r\ntwo', 'one two'],
])('SI-05 a message of Graph %s is kept as text that Postgres stores', (_, message, kept) => {
  expect(words(message)).toBe(kept)
  expect(words(message).isWellFormed()).toBe(true)
})

test('SI-05 a message of Graph is kept on one line of at most 300 characters', () => {
  expect(words(`  ${'many words\n'.repeat(100)}`)).toMatch(/^(many words ){27}man$/)
})
