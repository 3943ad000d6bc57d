import { describe, expect, test } from 'vitest'
import { type DirectoryFailure, decideOnFailure, decideOnOutage, explain, waitAfter } from '../../src/domain/directory-failure.ts'

const fresh = { restarts: 0, fruitless: 1 }
const codeOf = (failure: DirectoryFailure, run: { restarts: number; fruitless: number }) => {
  const decision = decideOnFailure(failure, run)
  return decision.kind === 'fail' ? decision.failure.code : decision.kind
}
const THROTTLED: DirectoryFailure = { kind: 'throttled', retryAfterSeconds: 5 }

describe('a failure at Microsoft ends a run', () => {
  test.each([
    [{ kind: 'unauthorised', message: 'The secret has expired.' }, 'microsoft-refused'],
    [{ kind: 'consent-missing' }, 'consent-missing'],
    [{ kind: 'rejected', code: 'BadRequest' }, 'microsoft-rejected'],
  ] satisfies Array<[DirectoryFailure, string]>)('at once when it is permanent: %j is %s', (failure, code) => {
    expect(codeOf(failure, { restarts: 0, fruitless: 0 })).toBe(code)
  })

  test.each([
    [THROTTLED, 'microsoft-throttled'],
    [{ kind: 'unavailable' }, 'microsoft-unavailable'],
  ] satisfies Array<[DirectoryFailure, string]>)('after twelve waits when it passes and does not: %j is %s', (failure, code) => {
    expect(codeOf(failure, { restarts: 9, fruitless: 12 })).toBe('postpone')
    expect(codeOf(failure, { restarts: 0, fruitless: 13 })).toBe(code)
  })

  test('T-113 a page that is no longer known starts the listing again, three times; lost changes compare everything', () => {
    const kinds = ['expired-page', 'expired-changes'] as const
    const decide = (restarts: number) => kinds.map((kind) => codeOf({ kind }, { restarts, fruitless: 99 }))
    expect(decide(0)).toEqual(['restart', 'resync'])
    expect(decide(2)).toEqual(['restart', 'resync'])
    expect(decide(3)).toEqual(['listing-expired', 'listing-expired'])
  })

  test('with words for an admin, whichever it is', () => {
    const failures: DirectoryFailure[] = [
      THROTTLED,
      { kind: 'unavailable' },
      { kind: 'expired-page' },
      { kind: 'expired-changes' },
      { kind: 'unauthorised', message: 'The client secret has expired.' },
      { kind: 'consent-missing' },
      { kind: 'rejected', code: 'BadRequest' },
    ]
    const ends = failures.map((failure) => decideOnFailure(failure, { restarts: 3, fruitless: 13 }))
    for (const end of ends) expect(end.kind === 'fail' && end.failure.message).toMatch(/^[A-Z].{20,}\.$/s)
    const words = failures.map(explain)
    for (const sentence of words) expect(sentence).toMatch(/^[A-Z].{20,}\.$/s)
    expect(new Set(words).size).toBe(failures.length)
  })

  test('that Microsoft gave words or a code for is told with them', () => {
    expect(explain({ kind: 'unauthorised', message: 'The client secret has expired.' })).toBe('The client secret has expired.')
    expect(explain({ kind: 'rejected', code: 'BadRequest' })).toContain('(BadRequest)')
    expect(explain({ kind: 'consent-missing' })).toContain('User.Read.All')
  })
})

describe('T-113 a run that waits', () => {
  test.each([
    [0, 1],
    [1, 2],
    [2, 4],
    [7, 128],
    [8, 256],
    [9, 300],
    [10, 300],
    [2_000, 300],
  ])('after %i slices in a row that wrote nothing waits %i seconds', (fruitless, seconds) => {
    expect(waitAfter({ fruitless })).toBe(seconds)
    if (fruitless <= 12) {
      expect(decideOnFailure({ kind: 'unavailable' }, { restarts: 0, fruitless })).toMatchObject({ kind: 'postpone', seconds })
      expect(decideOnOutage('The registry', { fruitless })).toMatchObject({ kind: 'postpone', seconds })
    }
  })

  test('waits as long as Microsoft asks for, and never shorter than it would by itself', () => {
    expect(decideOnFailure({ kind: 'throttled', retryAfterSeconds: 90 }, fresh)).toMatchObject({ seconds: 90 })
    expect(decideOnFailure({ kind: 'throttled', retryAfterSeconds: 90 }, { ...fresh, fruitless: 8 })).toMatchObject({ seconds: 256 })
  })

  test('T-115 gives up after twelve waits for a part of ours, and names it', () => {
    expect(decideOnOutage('The registry', { fruitless: 13 })).toMatchObject({
      kind: 'fail',
      failure: { code: 'temporarily-unavailable', message: expect.stringMatching(/^The registry .+\.$/) },
    })
  })
})
