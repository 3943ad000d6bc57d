import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { goneSince, holdOf } from '../src/domain/extension-hold.ts'
import { giveExtensionsBack, releaseHeldExtensions } from '../src/jobs/hold-extensions.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { HOLDS, type Platform, startPlatform } from './support/platform.ts'
import { startWebhookReceiver } from './support/webhook-receiver.ts'

const DAY = 86_400_000

describe('S45 how long an extension is kept', () => {
  const policies = fc.record({ deletedDays: fc.nat(3_650), disabledDays: fc.nat(3_650) })
  const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  const gone = fc.constantFrom('deleted' as const, 'disabled' as const)

  test('whoever is shown as held until an instant is released at that instant and no millisecond before', () => {
    fc.assert(
      fc.property(gone, instants, policies, (status, statusSince, policy) => {
        const until = holdOf({ status, statusSince }, policy)?.until
        const isDue = (now: Date) => {
          const since = goneSince(policy, now)[status]
          return since !== null && statusSince <= since
        }
        if (until === null || until === undefined) return !isDue(new Date('9000-01-01'))
        const end = Date.parse(until)
        return isDue(new Date(end)) && !isDue(new Date(end - 1)) && until.endsWith('Z')
      }),
    )
  })

  test('nobody who is there is on hold, and 0 days keep for ever', () => {
    const statusSince = new Date('2026-03-01T00:00:00Z')
    expect(holdOf({ status: 'active', statusSince }, HOLDS)).toBeUndefined()
    expect(holdOf({ status: 'disabled', statusSince }, HOLDS)?.until).toBeNull()
    expect(holdOf({ status: 'deleted', statusSince }, HOLDS)?.until).toBe('2026-03-31T00:00:00.000Z')
    expect(goneSince({ deletedDays: 0, disabledDays: 0 }, statusSince)).toEqual({ deleted: null, disabled: null })
  })
})

describe('S45 the extensions of people who left', () => {
  let platform: Platform
  let tenant: ReturnType<Platform['connectedTenant']>
  let system: { id: string }
  let people: Array<{ id: string; displayName: string }>
  beforeAll(async () => {
    platform = await startPlatform()
    const worker = await platform.work()
    tenant = platform.connectedTenant(addLargeDirectory(platform, 3))
    await platform.runImport(tenant, { all: true, sync: true, sso: true })
    await worker.close() // from here on the test decides what is done when
    people = (await platform.call('GET', `${tenant.api}/users`)).body.items
  })
  beforeEach(async () => {
    for (const table of ['binding', 'released_binding']) await query(`delete from roster.${table}`)
    await query(`update roster.phone_user set status = 'active'`)
    await query('delete from roster.pending_audit_event')
    system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
    await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, {
      items: [{ number: '101' }, { number: '102' }],
    })
  })
  afterAll(() => platform.close())

  const query = (text: string, values: unknown[] = []) => platform.stores.pool.query(text, values)
  const become = (user: { id: string } | undefined, status: string) =>
    query('update roster.phone_user set status = $2 where id = $1', [user?.id, status])
  const bind = (user: { id: string } | undefined, extension = '101') =>
    platform.call('PUT', `${tenant.api}/users/${user?.id}/bindings/${system.id}`, { extension })
  const after = (days: number, policy = HOLDS) =>
    releaseHeldExtensions(platform.ports, policy, () => Date.now() + days * DAY)()
  const giveBack = () => giveExtensionsBack(platform.ports)()
  const holderOf = async (number: string) => {
    const { items } = (await platform.call('GET', `${tenant.api}/phone-systems/${system.id}/extensions`)).body
    return items.find((item: { number: string }) => item.number === number).holder
  }
  const suggestions = async () =>
    (await platform.call('GET', `${tenant.api}/binding-suggestions?phoneSystemId=${system.id}`)).body
  const recorded = async () =>
    (
      await query(
        `select event ->> 'action' as action, event -> 'details' ->> 'reason' as reason, tenant_id from roster.pending_audit_event order by id`,
      )
    ).rows

  test('S42 S43 S45 on hold an extension shows whose it is and until when, is refused to others, and no rule proposes it', async () => {
    const [left, other] = people
    await bind(left)
    await become(left, 'deleted')
    const holder = await holderOf('101')
    expect(holder).toMatchObject({ userId: left?.id, displayName: left?.displayName })
    expect(Date.parse(holder.hold.until) - Date.parse(holder.hold.since)).toBe(30 * DAY)
    expect(Math.abs(Date.parse(holder.hold.since) - Date.now())).toBeLessThan(60_000)
    expect((await platform.call('GET', `${tenant.api}/users/${left?.id}`)).body.hold).toEqual(holder.hold)
    expect((await platform.call('GET', `${tenant.api}/users/${other?.id}`)).body).not.toHaveProperty('hold')

    const refused = await bind(other)
    const until = holder.hold.until.slice(0, 10)
    expect(refused).toMatchObject({ status: 409, body: { code: 'extension-taken', holder } })
    expect(refused.body.detail).toBe(`Extension 101 is held for ${left?.displayName}, who left, until ${until}.`)
    await platform.call('PUT', `${tenant.api}/binding-rules`, {
      items: [{ kind: 'next-free', phoneSystemId: system.id, from: 101, to: 102 }],
    })
    expect((await suggestions()).items.map(({ extension }: { extension: string }) => extension)).toEqual(['102'])
    await platform.call('PUT', `${tenant.api}/binding-rules`, { items: [] })
  })

  test('S45 it is free when its time is over and not before, once; told to the phone system and recorded', async () => {
    const [left, other] = people
    await bind(left)
    await become(left, 'deleted')
    const receiver = await startWebhookReceiver()
    await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: receiver.url })
    await query('delete from roster.pending_audit_event')
    expect(await after(29.99)).toBe(0)
    expect(await holderOf('101')).not.toBeNull()
    expect((await Promise.all([after(30.01), after(30.01)])).sort()).toEqual([0, 1])
    expect(await holderOf('101')).toBeNull()
    expect(await recorded()).toEqual([{ action: 'binding.release', reason: 'deleted', tenant_id: tenant.tenantId }])
    const { rows } = await query('select payload from roster.webhook_message order by seq')
    expect(rows.map(({ payload }) => payload)).toMatchObject([
      { type: 'binding.deleted', data: { userId: left?.id, phoneSystemId: system.id, extension: '101' } },
    ])
    expect((await bind(other)).status).toBe(200)
    await query('delete from roster.webhook_endpoint')
    await receiver.close()
  })

  test('S45 the disabled keep theirs for ever unless their own number of days is set; being deleted starts a time of its own', async () => {
    const [left] = people
    await bind(left)
    await become(left, 'disabled')
    expect(await after(3_000)).toBe(0)
    expect(await after(3_000, { deletedDays: 0, disabledDays: 0 })).toBe(0)
    expect(await after(89, { deletedDays: 30, disabledDays: 90 })).toBe(0)
    await query(`update roster.phone_user set status_since = now() - interval '80 days' where id = $1`, [left?.id])
    await become(left, 'deleted')
    expect(await after(29)).toBe(0)
    expect(await after(31)).toBe(1)
  })

  test('S45 whoever is back within the time is never released', async () => {
    const [left] = people
    await bind(left)
    await become(left, 'deleted')
    await become(left, 'active')
    expect(await after(3_000)).toBe(0)
    expect(await holderOf('101')).toEqual({ userId: left?.id, displayName: left?.displayName })
  })

  test('S45 whoever returns later gets the extension back when it is free', async () => {
    const [left] = people
    await bind(left)
    await become(left, 'deleted')
    const etag = async () => (await platform.call('GET', `${tenant.api}/users/${left?.id}`)).headers.etag
    const held = await etag()
    await after(31)
    const released = await etag()
    expect(await giveBack()).toBe(0)
    await become(left, 'active')
    expect(await giveBack()).toBe(1)
    expect(new Set([held, released, await etag()]).size).toBe(3)
    expect(await giveBack()).toBe(0)
    expect(await holderOf('101')).toEqual({ userId: left?.id, displayName: left?.displayName })
    expect((await recorded()).at(-1)).toMatchObject({ action: 'binding.restore', reason: 'returned' })
  })

  test('S43 S45 where somebody else has it by then, the conflict is listed; once free it is given back', async () => {
    const [left, other] = people
    await bind(left)
    await become(left, 'deleted')
    await after(31)
    await bind(other)
    await become(left, 'active')
    expect(await giveBack()).toBe(0)
    const { conflicts, items } = await suggestions()
    expect(conflicts).toEqual([
      {
        extension: '101',
        kind: 'taken',
        users: [{ userId: left?.id, displayName: left?.displayName }],
        holder: { userId: other?.id, displayName: other?.displayName },
      },
    ])
    expect(items.some(({ extension }: { extension: string }) => extension === '101')).toBe(false)
    await platform.call('DELETE', `${tenant.api}/users/${other?.id}/bindings/${system.id}`)
    expect((await suggestions()).items).toMatchObject([
      { userId: left?.id, extension: '101', reason: 'former', score: 0.98 },
    ])
    expect(await giveBack()).toBe(1)
  })

  test('S45 an admin frees it early, and nothing brings it back', async () => {
    const [left, other] = people
    await bind(left)
    await become(left, 'deleted')
    expect((await platform.call('DELETE', `${tenant.api}/users/${left?.id}/bindings/${system.id}`)).status).toBe(204)
    expect((await bind(other)).status).toBe(200)
    await platform.call('DELETE', `${tenant.api}/users/${other?.id}/bindings/${system.id}`)
    await become(left, 'active')
    expect(await giveBack()).toBe(0)
  })

  test('S45 what was bound by hand after the return replaces what was held before', async () => {
    const [left] = people
    await bind(left)
    await become(left, 'deleted')
    await after(31)
    await become(left, 'active')
    await bind(left, '102')
    await platform.call('DELETE', `${tenant.api}/users/${left?.id}/bindings/${system.id}`)
    expect(await giveBack()).toBe(0)
  })

  test('S45 two who held it one after the other do not both get it', async () => {
    const [first, second] = people
    for (const person of [first, second]) {
      await bind(person)
      await become(person, 'deleted')
      await after(31)
    }
    for (const person of [first, second]) await become(person, 'active')
    expect(await giveBack()).toBe(1)
    expect((await suggestions()).conflicts).toMatchObject([{ extension: '101', kind: 'taken' }])
  })
})
