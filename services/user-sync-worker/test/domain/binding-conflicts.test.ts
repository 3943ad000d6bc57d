import type { BindingRule } from '@jackfield/contract/roster/binding-suggestion'
import { describe, expect, test } from 'vitest'
import { type SuggestedExtension, suggestBindings, type UnboundUser } from '../../src/domain/binding-suggestions.ts'

const user = (id: string, members: Partial<UnboundUser> = {}): UnboundUser => ({
  id,
  displayName: `Person ${id}`,
  userPrincipalName: `${id}@contoso.example`,
  mail: null,
  businessPhones: [],
  mobilePhone: null,
  employeeId: null,
  formerExtension: null,
  ...members,
})
const HOLDER = { userId: 'h', displayName: 'Holder' }
const free = (...numbers: string[]): SuggestedExtension[] =>
  numbers.map((number) => ({ number, name: null, holder: null }))
const held = (...numbers: string[]): SuggestedExtension[] =>
  numbers.map((number) => ({ number, name: null, holder: HOLDER }))
const range = (from: number, to: number): BindingRule => ({ kind: 'next-free', phoneSystemId: 'p', from, to })
/** Who gets which extension, and which extensions are listed as whose conflict. */
const outcome = (users: UnboundUser[], extensions: SuggestedExtension[], rules: readonly BindingRule[] = []) => {
  const { items, conflicts } = suggestBindings(users, extensions, rules)
  return {
    given: Object.fromEntries(items.map(({ userId, extension }) => [userId, extension])),
    conflicts: conflicts.map(({ extension, kind, users: claimants }) => [
      extension,
      kind,
      ...claimants.map(({ userId }) => userId),
    ]),
  }
}
const formerly = (id: string, extension: string, members: Partial<UnboundUser> = {}) =>
  user(id, { formerExtension: extension, ...members })

describe('S43 people who fit one extension', () => {
  test('equally well are listed by their ids, whatever order they came in, and nobody gets it', () => {
    const people = ['c', 'a', 'b'].map((id) => formerly(id, '204'))
    for (const all of [people, people.toReversed()]) {
      expect(outcome(all, free('204'))).toEqual({ given: {}, conflicts: [['204', 'several-people', 'a', 'b', 'c']] })
    }
  })

  test('one better than the other: the better gets it, the other goes on to what fits next, and nothing is a conflict', () => {
    const people = [user('b', { businessPhones: ['555 0204'], employeeId: '0305' }), formerly('a', '0204')]
    expect(outcome(people, free('0204', '0305'))).toEqual({ given: { a: '0204', b: '0305' }, conflicts: [] })
  })

  test('equally well, and others less well: it stays a conflict of those who fit best', () => {
    const people = [formerly('a', '0204'), formerly('b', '0204'), user('c', { businessPhones: ['555 0204'] })]
    expect(outcome(people, free('0204'))).toEqual({ given: {}, conflicts: [['0204', 'several-people', 'a', 'b']] })
  })

  test('equally well, one of whom has a better one: the other gets it', () => {
    const people = [user('a', { employeeId: '0204', formerExtension: '0305' }), user('b', { employeeId: '0204' })]
    expect(outcome(people, free('0204', '0305'))).toEqual({ given: { a: '0305', b: '0204' }, conflicts: [] })
  })

  test('that is held: it is listed with its holder, even if they are several', () => {
    const people = [formerly('a', '0204'), formerly('b', '0204')]
    expect(suggestBindings(people, held('0204'), [])).toEqual({
      items: [],
      conflicts: [
        {
          extension: '0204',
          kind: 'taken',
          users: [
            { userId: 'a', displayName: 'Person a' },
            { userId: 'b', displayName: 'Person b' },
          ],
          holder: HOLDER,
        },
      ],
    })
  })

  test('in a conflict may still get another one', () => {
    const people = [formerly('a', '0204', { employeeId: '0305' }), formerly('b', '0204')]
    expect(outcome(people, free('0204', '0305'))).toEqual({
      given: { a: '0305' },
      conflicts: [['0204', 'several-people', 'a', 'b']],
    })
  })
})

test('S43 somebody whom two extensions fit equally well gets the shorter, then the smaller', () => {
  expect(
    outcome([user('a', { businessPhones: ['555 x0305', '555 x0204', '555 x77777'] })], free('77777', '0305', '0204')),
  ).toEqual({
    given: { a: '0204' },
    conflicts: [],
  })
  expect(outcome([user('a', { businessPhones: ['555 x0204', '555 x77'] })], free('0204', '77')).given).toEqual({
    a: '77',
  })
})

test('S43 a proposal says for whom it is, which extension, why, and how sure it is', () => {
  const names: SuggestedExtension[] = [{ number: '305', name: 'Person b', holder: null }]
  expect(
    suggestBindings([formerly('a', '204'), user('b'), user('c')], [...free('204', '100'), ...names], [range(100, 199)])
      .items,
  ).toEqual([
    { userId: 'a', displayName: 'Person a', extension: '204', score: 0.98, reason: 'former' },
    { userId: 'b', displayName: 'Person b', extension: '305', score: 0.85, reason: 'name' },
    { userId: 'c', displayName: 'Person c', extension: '100', score: 0.3, reason: 'next-free' },
  ])
})

describe('S43 a range', () => {
  const give = (extensions: SuggestedExtension[], ...rules: BindingRule[]) =>
    Object.values(outcome([user('a'), user('b'), user('c')], extensions, rules).given)

  test.each([
    ['its two ends, and nothing beside them', free('99', '100', '199', '200'), [range(100, 199)], ['100', '199']],
    ['numbers alone, however they are spelt', free('*100', '1x0', '0100', '100'), [range(100, 199)], ['0100', '100']],
    ['nothing as long as no number is', free('0000000100'), [range(0, 999_999_999)], []],
    ['what is not held', [...held('100'), ...free('101')], [range(100, 199)], ['101']],
    ['in the order of the rules', free('100', '200', '101'), [range(200, 299), range(100, 199)], ['200', '100', '101']],
    [
      'each number once, though two rules have it',
      free('100', '101'),
      [range(100, 101), range(100, 199)],
      ['100', '101'],
    ],
    ['no more people than it has numbers', free('100'), [range(100, 199)], ['100']],
    ['nobody without it', free('100'), [], []],
  ])('gives %s', (_, extensions, rules, numbers) => {
    expect(give(extensions, ...rules)).toEqual(numbers)
  })

  test('gives nobody a second extension, nor one that another person gets', () => {
    expect(outcome([formerly('a', '100'), user('b')], free('100', '101'), [range(100, 199)]).given).toEqual({
      a: '100',
      b: '101',
    })
  })

  test('gives nobody an extension that fits several people equally well: it is theirs to settle', () => {
    const people = [formerly('a', '100'), formerly('b', '100'), user('c')]
    expect(outcome(people, free('100', '101', '102'), [range(100, 199)])).toEqual({
      given: { a: '101', b: '102' },
      conflicts: [['100', 'several-people', 'a', 'b']],
    })
  })
})
