import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

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
  const suggestions = async () =>
    (await platform.call('GET', `${tenant.api}/binding-suggestions?phoneSystemId=${system.id}`)).body
  const accept = (items: unknown[]) =>
    platform.call('POST', `${tenant.api}/binding-suggestions`, { phoneSystemId: system.id, items })

  test('S43 T-141 suggestions are listed, accepted in one request, and gone afterwards; what cannot be bound is told with its holder', async () => {
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
      {
        userId: second.userId,
        code: 'extension-taken',
        holder: { userId: first.userId, displayName: first.displayName },
      },
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
    await platform.call('POST', `${own.api}/phone-systems/${phones.id}/extensions`, {
      items: [{ number: '217' }, { number: '218' }],
    })
    const proposed = async () =>
      (await platform.call('GET', `${own.api}/binding-suggestions?phoneSystemId=${phones.id}`)).body.items
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
    expect(
      items.map(({ extension: number, reason }: { extension: string; reason: string }) => [number, reason]),
    ).toEqual([
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
