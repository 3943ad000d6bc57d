import { expect, test } from 'vitest'
import { chooseStandIn } from '../../src/domain/connection/credential-rotation.ts'

const now = new Date('2026-05-01T00:00:00.000Z')
const until = (expiresAt: string) => ({
  type: 'secret' as const,
  hint: 'abc',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt,
})
const good = until('2026-06-01T00:00:00.000Z')
const over = until('2026-05-01T00:00:00.000Z')
const trust = {
  type: 'federated' as const,
  issuer: 'i',
  subject: 's',
  audience: 'a',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
}
const tested = '2026-02-01T00:00:00.000Z'

test.each([
  ['a proven one', { firstReadyAt: tested, credential: good }, 'current'],
  ['trust, which never ends', { firstReadyAt: tested, credential: trust }, 'current'],
  [
    'an unproven one beside a proven one',
    { firstReadyAt: tested, credential: good, previousCredential: good },
    'previous',
  ],
  [
    'an unproven one beside one that is over',
    { firstReadyAt: tested, credential: good, previousCredential: over },
    'current',
  ],
  ['one that is over', { firstReadyAt: tested, credential: over }, 'none'],
  ['one that was never tested', { firstReadyAt: null, credential: good }, 'none'],
  ['none', { firstReadyAt: tested, credential: null }, 'none'],
] as const)('SE-07 replacing %s: what stands in', (_, account, standIn) => {
  expect(chooseStandIn(account, now)).toBe(standIn)
})
