import { describe, expect, test } from 'vitest'
import {
  findClockError,
  isForeignDirectory,
  isWrongDirectoryCode,
  judgeClaims,
} from '../../src/domain/sign-in/microsoft-claims.ts'

const DIRECTORY = '69db3c30-242b-4cab-8772-d4ade8c609e1'
const OTHER = 'abcdef11-1111-4111-8111-111111111111'
const PERSON = '6d6e5f2c-3d4a-4a35-9d0a-2f7b0f0d0c01'
const NOW = 1_800_000_000
const claims = { sub: 's', tid: DIRECTORY, oid: PERSON, iat: NOW }
const judge = (members: object, expected: object = {}) =>
  judgeClaims({ ...claims, ...members }, { clientId: 'c', directoryId: DIRECTORY, now: NOW, ...expected })
const verdict = (...given: Parameters<typeof judge>) => {
  const { kind, ...rest } = judge(...given)
  return kind === 'rejected' && 'reason' in rest ? rest.reason : kind
}

describe('T-04 T-05 the claims of an ID token', () => {
  test('that hold name the directory, the person and nothing that can be renamed', () => {
    expect(
      judge({ tid: DIRECTORY.toUpperCase(), oid: PERSON.toUpperCase(), name: 'Adele', email: 'a@b.example' }),
    ).toEqual({
      kind: 'accepted',
      identity: { directoryId: DIRECTORY, objectId: PERSON, amr: [] },
    })
  })

  test.each([
    ['no sub', { sub: undefined }, 'sub'],
    ['an empty sub', { sub: '' }, 'sub'],
    ['a sub that is no text', { sub: 7 }, 'sub'],
    ['a sub that is too long (Core 2)', { sub: 'x'.repeat(256) }, 'sub'],
    ['the longest sub', { sub: 'x'.repeat(255) }, 'accepted'],
    ['azp of ours', { azp: 'c' }, 'accepted'],
    ['azp of another client', { azp: 'd' }, 'azp'],
    ['azp that is null', { azp: null }, 'azp'],
    ['no iat', { iat: undefined }, 'iat'],
    ['an iat that is no number', { iat: String(NOW) }, 'iat'],
    ['an iat a minute ahead', { iat: NOW + 60 }, 'accepted'],
    ['an iat further ahead', { iat: NOW + 61 }, 'iat'],
    ['an iat long ago', { iat: 1 }, 'accepted'],
    ['no tid', { tid: undefined }, 'tid'],
    ['a tid that is no GUID', { tid: 'organizations' }, 'tid'],
    ['a tid with more around it', { tid: `x${DIRECTORY}` }, 'tid'],
    ['a tid with more behind it', { tid: `${DIRECTORY}x` }, 'tid'],
    ['a tid in a list', { tid: [DIRECTORY] }, 'tid'],
    ['the tid of another directory', { tid: OTHER }, 'wrong-directory'],
    ['the tid of another directory, and no person', { tid: OTHER, oid: undefined }, 'wrong-directory'],
    ['no oid', { oid: undefined }, 'oid'],
    ['an oid that is no GUID', { oid: 'adele@contoso.com' }, 'oid'],
    ['an oid in a list', { oid: [PERSON] }, 'oid'],
  ])('with %s are judged: %s %s', (_, members, expected) => {
    expect(verdict(members)).toBe(expected)
  })

  test.each([
    [undefined, undefined, 'accepted'],
    ['h', undefined, 'accepted'],
    [undefined, 'h', 'accepted'],
    ['h', 'h', 'accepted'],
    ['h', 'i', 'at_hash'],
    [null, 'i', 'at_hash'],
  ])('with the at_hash %j beside an access token of %j are judged: %s', (at_hash, atHash, expected) => {
    expect(verdict({ at_hash }, { atHash })).toBe(expected)
  })

  test.each([
    [undefined, []],
    ['pwd', []],
    [
      ['pwd', 'mfa'],
      ['pwd', 'mfa'],
    ],
    [
      ['pwd', 7, '', 'a b', '<x>', 'x'.repeat(41), `y${'\n'}`, 'ngc:mfa.a-b_c'],
      ['pwd', 'ngc:mfa.a-b_c'],
    ],
    [['x'.repeat(40)], ['x'.repeat(40)]],
    [Array.from({ length: 12 }, (_, index) => `m${index}`), Array.from({ length: 10 }, (_, index) => `m${index}`)],
  ])('tell how somebody signed in by %j: %j', (amr, read) => {
    expect(judge({ amr })).toMatchObject({ identity: { amr: read } })
  })

  test.each([
    [OTHER.toUpperCase(), { sid: OTHER }],
    ['x', {}],
    [7, {}],
    [undefined, {}],
    [[OTHER], {}],
  ])('tell Microsoft’s own session by %j: %j', (sid, read) => {
    expect(judge({ sid })).toEqual({
      kind: 'accepted',
      identity: { directoryId: DIRECTORY, objectId: PERSON, amr: [], ...read },
    })
  })
})

describe('S39 another organisation differs from a forgery:', () => {
  const issuer = (directory: string) => `https://login.example/${directory}/v2.0`
  test.each([
    ['an issuer of the token’s own directory', { iss: issuer(OTHER), tid: OTHER }, true],
    ['whatever the case of its tid', { iss: issuer(OTHER), tid: OTHER.toUpperCase() }, true],
    ['the account’s directory', { iss: issuer(DIRECTORY), tid: DIRECTORY.toUpperCase() }, false],
    ['another issuer', { iss: issuer(DIRECTORY), tid: OTHER }, false],
    ['an issuer elsewhere', { iss: `https://evil.example/${OTHER}/v2.0`, tid: OTHER }, false],
    ['no issuer', { tid: OTHER }, false],
    ['no tid', { iss: issuer('undefined') }, false],
    ['a tid that is no GUID', { iss: issuer('x'), tid: 'x' }, false],
    ['a tid in a list', { iss: issuer(OTHER), tid: [OTHER] }, false],
  ])('%s: %j is %s', (_, told, isForeign) => {
    expect(isForeignDirectory(told, issuer(DIRECTORY), DIRECTORY)).toBe(isForeign)
  })

  test.each([
    ['AADSTS700005', true],
    ['AADSTS50020', true],
    ['AADSTS90072', true],
    ['AADSTS16000', true],
    ['AADSTS50105', false],
    ['', false],
    [undefined, false],
  ])('the code %s says so: %s', (code, isWrong) => {
    expect(isWrongDirectoryCode(code)).toBe(isWrong)
  })
})

describe('FC-09 the clock is at fault', () => {
  const now = 1_800_000_000
  const issued = (iat: number, more: object = {}) => ({ iat, nbf: iat, exp: iat + 3_600, ...more })

  test.each([
    [issued(now + 240), 240],
    [issued(now + 61), 61],
    [issued(now - 7_200), -7_200],
  ])('where the times of a token fit each other: %j', (claims, seconds) => {
    expect(findClockError(claims, now)).toEqual({ kind: 'wrong-clock', seconds })
  })

  test.each([
    issued(now + 60),
    issued(now - 3_600),
    issued(now + 240, { nbf: now }),
    issued(now + 240, { nbf: undefined }),
    issued(now + 240, { exp: now }),
    issued(now, { exp: now - 600 }),
    { ...issued(now + 240), iat: String(now + 240) },
  ])('and not where they are in time or contradict each other: %j', (claims) => {
    expect(findClockError(claims, now)).toBeUndefined()
  })
})
