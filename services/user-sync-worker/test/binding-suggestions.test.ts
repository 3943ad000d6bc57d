import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SuggestedExtension, suggestBindings, type UnboundUser } from '../src/domain/binding-suggestions.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

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
const byPhone = (digits: number) => ({ kind: 'attribute' as const, phoneSystemId: SYSTEM, attribute: 'businessPhone' as const, digits })

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
    expect(suggestBindings([user('a', phone)], all, [byPhone(3)]).items).toMatchObject([{ extension: '101', reason: 'rule', score: 1 }])
    expect(suggestBindings([user('a', phone)], all, []).items).toMatchObject([{ extension: '50101' }])
  })
  test('from a range, the next free one, to those whom nothing else fits, in their order', () => {
    const all = [extension('100'), extension('101', { holder: { userId: 'x', displayName: 'X' } }), extension('102'), extension('200')]
    const { items } = suggestBindings([user('a'), user('b', { businessPhones: ['200'] }), user('c'), user('d')], all, [ranged(100, 199)])
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
    const people = fc.uniqueArray(fc.record({ id: fc.uuid(), phones: fc.array(numbers, { maxLength: 2 }), mobile: fc.option(numbers) }), {
      maxLength: 12,
      selector: ({ id }) => id,
    })
    const extensions = fc.uniqueArray(fc.record({ number: numbers, isHeld: fc.boolean() }), { selector: ({ number }) => number })
    fc.assert(
      fc.property(people, extensions, fc.boolean(), (some, all, hasRange) => {
        const users = some.map(({ id, phones, mobile }) => user(id, { businessPhones: phones, mobilePhone: mobile }))
        const known = all.map(({ number, isHeld }) => extension(number, { holder: isHeld ? { userId: 'x', displayName: 'X' } : null }))
        const { items } = suggestBindings(users, known, hasRange ? [byPhone(3), ranged(100, 120)] : [])
        const free = new Set(known.filter(({ holder }) => holder === null).map(({ number }) => number))
        expect(items.every((item) => free.has(item.extension))).toBe(true)
        expect(new Set(items.map((item) => item.extension)).size).toBe(items.length)
        expect(new Set(items.map((item) => item.userId)).size).toBe(items.length)
      }),
    )
  })
})

describe('over the API', () => {
  let platform: Platform
  let tenant: ReturnType<Platform['connectedTenant']>
  let system: { id: string }
  beforeAll(async () => {
    platform = await startPlatform()
    tenant = platform.connectedTenant(addLargeDirectory(platform, 30))
    const worker = await platform.work()
    await platform.runImport(tenant, { all: true, sync: true, sso: true })
    await worker.close()
    system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
    const items = Array.from({ length: 20 }, (_, index) => ({ number: String(index).padStart(4, '0') }))
    await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items })
  })
  afterAll(() => platform.close())
  const suggestions = async () => (await platform.call('GET', `${tenant.api}/binding-suggestions?phoneSystemId=${system.id}`)).body
  const accept = (items: unknown[]) => platform.call('POST', `${tenant.api}/binding-suggestions`, { phoneSystemId: system.id, items })

  test('S43 suggestions are listed, accepted in one request, and gone afterwards; what cannot be bound is told with its holder', async () => {
    const before = await suggestions()
    expect(before.items).toHaveLength(20) // the phones of these people end with the extensions' numbers
    expect(before.isPartial).toBe(false)
    const [first, second, ...others] = before.items
    await accept([first])
    const { body } = await accept([
      { ...second, extension: first.extension },
      { ...second, extension: '9999' },
      { ...second, userId: randomUUID() },
      second,
      ...others,
    ])
    expect(body.bound).toBe(19)
    expect(body.refused).toMatchObject([
      { userId: second.userId, code: 'extension-taken', holder: { userId: first.userId, displayName: first.displayName } },
      { code: 'extension-not-found' },
      { code: 'user-not-found' },
    ])
    expect(await suggestions()).toMatchObject({ items: [], conflicts: [] })
    expect((await platform.call('GET', `${tenant.api}/users?bound=true&limit=500`)).body.items).toHaveLength(20)
    expect((await platform.call('GET', `${tenant.api}/users?bound=false&limit=500`)).body.items).toHaveLength(10)
  })

  test('S43 S46 the employee id comes with import and delta, and proposes the extension that is named by it', async () => {
    const directoryId = addLargeDirectory(platform, 2)
    const directory = platform.emulator.directory(directoryId)
    const [person] = directory.users()
    directory.changeUser(person?.id ?? '', { employeeId: 'E00217', businessPhones: [] })
    const own = platform.connectedTenant(directoryId)
    const worker = await platform.work()
    await platform.runImport(own, { users: [{ id: person?.id, sync: true, sso: true }] })
    const phones = (await platform.call('POST', `${own.api}/phone-systems`, { name: 'Head office' })).body
    await platform.call('POST', `${own.api}/phone-systems/${phones.id}/extensions`, { items: [{ number: '217' }, { number: '218' }] })
    const proposed = async () => (await platform.call('GET', `${own.api}/binding-suggestions?phoneSystemId=${phones.id}`)).body.items
    expect(await proposed()).toMatchObject([{ extension: '217', reason: 'employee-id', score: 0.75 }])
    expect((await platform.call('GET', `${own.api}/users`)).body.items).toMatchObject([{ employeeId: 'E00217' }])

    directory.changeUser(person?.id ?? '', { employeeId: '218' })
    const { body } = await platform.call('POST', own.imports.replace('imports', 'resyncs'), { mode: 'delta' })
    expect((await platform.finishedRun(own.api, body.runId)).counts).toMatchObject({ updated: 1 })
    expect(await proposed()).toMatchObject([{ extension: '218', reason: 'employee-id', score: 0.9 }])
    await worker.close()
  })

  test('S43 T-91 rules are kept, versioned, and propose; a rule for a foreign phone system is refused', async () => {
    const url = `${tenant.api}/binding-rules`
    expect((await platform.call('GET', url)).body).toEqual({ items: [] })
    const rules = { items: [{ kind: 'next-free', phoneSystemId: system.id, from: 500, to: 599 }] }
    const put = await platform.call('PUT', url, rules, undefined, { 'if-match': '"0"' })
    expect([put.status, put.headers.etag, put.body]).toEqual([200, '"1"', rules])
    expect((await platform.call('PUT', url, rules, undefined, { 'if-match': '"0"' })).status).toBe(412)
    await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, {
      items: ['500', '501', '700'].map((number) => ({ number })),
    })
    const { items } = await suggestions()
    expect(items.map(({ extension: number, reason }: { extension: string; reason: string }) => [number, reason])).toEqual([
      ['500', 'next-free'],
      ['501', 'next-free'],
    ])
    const other = platform.connectedTenant()
    const foreign = await platform.call('PUT', `${other.api}/binding-rules`, rules)
    expect(foreign).toMatchObject({ status: 404, body: { code: 'phone-system-not-found' } })
    expect((await platform.call('GET', `${other.api}/binding-suggestions?phoneSystemId=${system.id}`)).status).toBe(404)
    for (const wrong of [
      { ...rules.items[0], to: 400 },
      { ...rules.items[0], kind: 'random' },
      { kind: 'attribute', phoneSystemId: system.id, attribute: 'shoe', digits: 3 },
    ])
      expect((await platform.call('PUT', url, { items: [wrong] })).status).toBe(400)
  })
})
