import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SuggestedExtension, suggestBindings, type UnboundUser } from '../../src/domain/binding-suggestions.ts'

const SYSTEM = '019b0000-0000-7000-8000-000000000001'
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
const extension = (number: string, members: Partial<SuggestedExtension> = {}): SuggestedExtension => ({
  number,
  name: null,
  holder: null,
  ...members,
})
const ranged = (from: number, to: number) => ({ kind: 'next-free' as const, phoneSystemId: SYSTEM, from, to })
const byPhone = (digits: number) => ({
  kind: 'attribute' as const,
  phoneSystemId: SYSTEM,
  attribute: 'businessPhone' as const,
  digits,
})

describe('S43 an extension is proposed', () => {
  test.each([
    [{ businessPhones: ['+1 425 555 0101'] }, '0101', 'business-phone'],
    [{ businessPhones: ['+1 (425) 555-9999 x204'] }, '204', 'business-phone'],
    [{ mobilePhone: '+49 170 1230101' }, '0101', 'mobile-phone'],
    [{ employeeId: '204' }, '204', 'employee-id'],
    [{ employeeId: 'E00204' }, '204', 'employee-id'],
    [{ employeeId: 'A-7' }, '307', 'employee-id'],
    [{ formerExtension: '204' }, '204', 'former'],
    [{ mail: '204@contoso.example' }, '204', 'mail'],
    [{ mail: 'adele@contoso.example' }, '305', 'mail'],
    [{ displayName: 'megan bowen' }, '306', 'name'],
  ])('for %j: %s by %s', (members, number, reason) => {
    const names = [
      extension('305', { name: 'Adele@contoso.example' }),
      extension('306', { name: 'Megan Bowen' }),
      extension('307', { name: 'a-7' }),
    ]
    const { items } = suggestBindings([user('a', members)], [extension('0101'), extension('204'), ...names], [])
    expect(items).toMatchObject([{ userId: 'a', extension: number, reason }])
  })
  test('by the rule before all likeness, and by the longer match before the shorter', () => {
    const phone = { businessPhones: ['+1 425 555 0101'] }
    const all = [extension('101'), extension('0101'), extension('50101')]
    expect(suggestBindings([user('a', phone)], all, [byPhone(3)]).items).toMatchObject([
      { extension: '101', reason: 'rule', score: 1 },
    ])
    expect(suggestBindings([user('a', phone)], all, []).items).toMatchObject([{ extension: '50101' }])
  })
  test('from a range, the next free one, to those whom nothing else fits, in their order', () => {
    const all = [
      extension('100'),
      extension('101', { holder: { userId: 'x', displayName: 'X' } }),
      extension('102'),
      extension('200'),
    ]
    const { items } = suggestBindings([user('a'), user('b', { businessPhones: ['200'] }), user('c'), user('d')], all, [
      ranged(100, 199),
    ])
    expect(items.map(({ userId, extension: number, reason }) => [userId, number, reason])).toEqual([
      ['b', '200', 'business-phone'],
      ['a', '100', 'next-free'],
      ['c', '102', 'next-free'],
    ])
  })
  test('to nobody when it is held or fits several equally well: it is listed as a conflict', () => {
    const holder = { userId: 'x', displayName: 'Holder' }
    const people = [
      user('a', { businessPhones: ['555 0101'] }),
      user('b', { businessPhones: ['444 0101'] }),
      user('c', { businessPhones: ['0300'] }),
    ]
    const { items, conflicts } = suggestBindings(people, [extension('0101'), extension('0300', { holder })], [])
    expect(items).toEqual([])
    expect(conflicts).toEqual([
      {
        extension: '0101',
        kind: 'several-people',
        users: [
          { userId: 'a', displayName: 'Person a' },
          { userId: 'b', displayName: 'Person b' },
        ],
        holder: null,
      },
      { extension: '0300', kind: 'taken', users: [{ userId: 'c', displayName: 'Person c' }], holder },
    ])
  })
  test('never twice, never a held one, never an unknown one, one for each person at most', () => {
    const numbers = fc.integer({ min: 100, max: 130 }).map(String)
    const people = fc.uniqueArray(
      fc.record({ id: fc.uuid(), phones: fc.array(numbers, { maxLength: 2 }), mobile: fc.option(numbers) }),
      {
        maxLength: 12,
        selector: ({ id }) => id,
      },
    )
    const extensions = fc.uniqueArray(fc.record({ number: numbers, isHeld: fc.boolean() }), {
      selector: ({ number }) => number,
    })
    fc.assert(
      fc.property(people, extensions, fc.boolean(), (some, all, hasRange) => {
        const users = some.map(({ id, phones, mobile }) => user(id, { businessPhones: phones, mobilePhone: mobile }))
        const known = all.map(({ number, isHeld }) =>
          extension(number, { holder: isHeld ? { userId: 'x', displayName: 'X' } : null }),
        )
        const { items } = suggestBindings(users, known, hasRange ? [byPhone(3), ranged(100, 120)] : [])
        const free = new Set(known.filter(({ holder }) => holder === null).map(({ number }) => number))
        expect(items.every((item) => free.has(item.extension))).toBe(true)
        expect(new Set(items.map((item) => item.extension)).size).toBe(items.length)
        expect(new Set(items.map((item) => item.userId)).size).toBe(items.length)
      }),
    )
  })
})
