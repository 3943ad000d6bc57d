import { describe, expect, test } from 'vitest'
import {
  type DirectoryFailure,
  decideOnFailure,
  decideOnOutage,
  explain,
  throttledFor,
  waitAfter,
} from '../../src/domain/directory-failure.ts'

const fresh = { restarts: 0, fruitless: 1 }
const codeOf = (failure: DirectoryFailure, run: { restarts: number; fruitless: number }) => {
  const decision = decideOnFailure(failure, run)
  return decision.kind === 'fail' ? decision.failure.code : decision.kind
}
const THROTTLED: DirectoryFailure = { kind: 'throttled', retryAfterSeconds: 5 }
const ALL: DirectoryFailure[] = [
  THROTTLED,
  { kind: 'unavailable' },
  { kind: 'expired-page' },
  { kind: 'expired-changes' },
  { kind: 'repeated-page' },
  { kind: 'endless-list', counted: null },
  { kind: 'unauthorised', message: 'The client secret has expired.' },
  { kind: 'consent-missing' },
  { kind: 'rejected', code: 'BadRequest' },
]

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
  ] satisfies Array<[DirectoryFailure, string]>)(
    'after twelve waits when it passes and does not: %j is %s',
    (failure, code) => {
      expect(codeOf(failure, { restarts: 9, fruitless: 12 })).toBe('postpone')
      expect(codeOf(failure, { restarts: 0, fruitless: 13 })).toBe(code)
    },
  )

  test('T-113 an expired page restarts the listing three times; an expired delta link leads to a full comparison', () => {
    const kinds = ['expired-page', 'expired-changes'] as const
    const decide = (restarts: number) => kinds.map((kind) => codeOf({ kind }, { restarts, fruitless: 99 }))
    expect(decide(0)).toEqual(['restart', 'resync'])
    expect(decide(2)).toEqual(['restart', 'resync'])
    expect(decide(3)).toEqual(['listing-expired', 'listing-expired'])
  })

  test.each([
    [{ kind: 'repeated-page' }, 'repeated-page'],
    [{ kind: 'endless-list', counted: 2_500 }, 'endless-list'],
  ] satisfies Array<[DirectoryFailure, string]>)(
    'T-125 at once when the listing does not end: %j is %s',
    (failure, code) => {
      expect(codeOf(failure, { restarts: 0, fruitless: 0 })).toBe(code)
    },
  )

  test.each(ALL)('FC-34 of the kind $kind: says what was asked, what failed and what to do', (failure) => {
    const end = decideOnFailure(failure, { restarts: 3, fruitless: 13 }, 'the changes of users')
    expect(end).toMatchObject({
      kind: 'fail',
      failure: {
        message: expect.stringMatching(/^Microsoft was asked for the changes of users, and .{10,}\.$/),
        remedy: expect.stringMatching(/^[A-Z].{10,}\.$/),
      },
    })
    expect(explain(failure)).toMatch(/^[A-Z].{20,}\.$/)
  })

  test('FC-34 with a different message for each kind', () => {
    const end = (failure: DirectoryFailure) => {
      const decision = decideOnFailure(failure, { restarts: 3, fruitless: 13 })
      return decision.kind === 'fail' ? `${decision.failure.code} ${decision.failure.message}` : decision.kind
    }
    expect(new Set(ALL.map(explain)).size).toBe(ALL.length)
    // A lost page and lost changes both end in a listing that expired.
    expect(new Set(ALL.map(end)).size).toBe(ALL.length - 1)
    expect(end({ kind: 'unavailable' })).toContain('asked for users, and')
  })

  test.each([
    [{ kind: 'rejected', code: 'BadRequest' }, /refused \(BadRequest\)\.$/],
    [
      { kind: 'rejected', code: 'BadRequest', words: 'No such property.' },
      /refused \(BadRequest\): “No such property”\.$/,
    ],
    [{ kind: 'rejected', code: '', words: 'a. b' }, /refused: “a\. b”\.$/],
    [{ kind: 'consent-missing' }, /does not permit it\.$/],
    [
      { kind: 'consent-missing', code: 'Denied', words: 'Insufficient.' },
      /does not permit it \(Denied\): “Insufficient”\.$/,
    ],
    [{ kind: 'unauthorised', message: 'The secret has expired.' }, /gave no access\. The secret has expired\.$/],
    [{ kind: 'endless-list', counted: 2_500 }, /far beyond the 2,500 users that/],
    [{ kind: 'endless-list', counted: null }, /far beyond the users that/],
  ] satisfies Array<[DirectoryFailure, RegExp]>)(
    'FC-34 with the code and words of Microsoft: %j',
    (failure, message) => {
      expect(decideOnFailure(failure, fresh)).toMatchObject({ failure: { message: expect.stringMatching(message) } })
    },
  )

  test('explained alone contains Microsoft’s message or code, and the missing permission', () => {
    expect(explain({ kind: 'unauthorised', message: 'The client secret has expired.' })).toBe(
      'The client secret has expired.',
    )
    expect(explain({ kind: 'rejected', code: 'BadRequest' })).toContain('(BadRequest)')
    expect(explain({ kind: 'consent-missing' })).toContain('User.Read.All')
    expect(explain({ kind: 'unavailable', words: 'Its certificate is not trusted.' })).toBe(
      'Its certificate is not trusted. Try again later.',
    )
    expect(explain({ kind: 'endless-list', counted: 2_500 })).toContain('2,500 users')
  })
})

describe('T-113 the backoff of a run', () => {
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
      const waits = [THROTTLED, { kind: 'unavailable' } as const].map((failure) =>
        decideOnFailure(failure, { restarts: 0, fruitless }),
      )
      expect([...waits, decideOnOutage('The registry', { fruitless })]).toEqual([
        { kind: 'postpone', seconds: Math.max(5, seconds), reason: 'microsoft-throttled' },
        { kind: 'postpone', seconds, reason: 'microsoft-unavailable' },
        { kind: 'postpone', seconds, reason: 'temporarily-unavailable' },
      ])
    }
  })

  test('is the longer one of Microsoft’s Retry-After and our own', () => {
    expect(decideOnFailure({ kind: 'throttled', retryAfterSeconds: 90 }, fresh)).toMatchObject({ seconds: 90 })
    expect(decideOnFailure({ kind: 'throttled', retryAfterSeconds: 90 }, { ...fresh, fruitless: 8 })).toMatchObject({
      seconds: 256,
    })
  })

  test('T-115 ends after twelve waits for one of our services, with its name', () => {
    expect(decideOnOutage('The registry', { fruitless: 13 })).toMatchObject({
      kind: 'fail',
      failure: {
        code: 'temporarily-unavailable',
        message: expect.stringMatching(/^The registry .+\.$/),
        remedy: expect.stringMatching(/^Try .+\.$/),
      },
    })
  })

  test('T-125 is the obeyed part of Microsoft’s Retry-After, and keeps the requested one', () => {
    expect(throttledFor({ seconds: 3_600, asked: 86_400 })).toEqual({
      kind: 'throttled',
      retryAfterSeconds: 3_600,
      askedSeconds: 86_400,
    })
  })
})
