import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// What the triggers of the roster promise of any statement, whichever way it comes from.

const PEOPLE = 30

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directoryId: string
let objectIds: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(() => {
  directoryId = addLargeDirectory(platform, PEOPLE)
  tenant = platform.connectedTenant(directoryId)
  objectIds = platform.emulator
    .directory(directoryId)
    .users()
    .map(({ id }) => id)
})
afterAll(() => platform.close())

const sql = async (text: string, values: unknown[] = [tenant.tenantId]) =>
  (await platform.stores.pool.query(text, values)).rows
const post = async (path: string, body: unknown) => (await platform.call('POST', `${tenant.api}/${path}`, body)).body
const importOne = (sso: boolean) => platform.runImport(tenant, { users: [{ id: objectIds[0], sync: true, sso }] })
const givenEndpoint = () => post('webhook-endpoints', { url: 'https://pbx.example.com/hook' })
const events = async () =>
  (await sql('select payload from roster.webhook_message where tenant_id = $1 order by seq')).map(
    ({ payload }) => payload,
  )
const change = async (what: string) =>
  (await sql(`update roster.phone_user set ${what} where tenant_id = $1 returning *`))[0]

test('S52 a new person is told with id, tenant, directory, status and ticks, at a time in UTC', async () => {
  await givenEndpoint()
  await importOne(true)
  const [person] = await sql('select id from roster.phone_user where tenant_id = $1')
  const [event, ...others] = await events()
  expect(others).toEqual([])
  const data = {
    tenantId: tenant.tenantId,
    directoryId,
    objectId: objectIds[0],
    status: 'active',
    sync: true,
    sso: true,
  }
  expect(event).toMatchObject({ type: 'user.created', data: { id: person.id, ...data } })
  expect(Math.abs(Date.parse(event.timestamp) - Date.now())).toBeLessThan(60_000)
})

test('T-90 S52 events go to the endpoints of their own tenant alone', async () => {
  await givenEndpoint()
  tenant = platform.connectedTenant(directoryId)
  await givenEndpoint()
  await importOne(true)
  // Row-level security does not hide the other tenant's endpoint from this connection.
  await change(`display_name = 'Renamed'`)
  const foreign = `select from roster.webhook_message m join roster.webhook_endpoint e on e.id = m.endpoint_id
    where m.tenant_id <> e.tenant_id`
  expect(await sql(foreign, [])).toEqual([])
  expect(await events()).toMatchObject([{ type: 'user.created' }, { type: 'user.updated' }])
})

test('S43 S52 an unbinding tells which extension is free again', async () => {
  await importOne(true)
  const [user] = await sql('select id from roster.phone_user where tenant_id = $1')
  const system = await post('phone-systems', { name: 'Head office' })
  await post(`phone-systems/${system.id}/extensions`, { items: [{ number: '101' }] })
  const binding = `${tenant.api}/users/${user.id}/bindings/${system.id}`
  await platform.call('PUT', binding, { extension: '101' })
  await givenEndpoint()
  await platform.call('DELETE', binding)
  expect(await events()).toMatchObject([
    { type: 'binding.deleted', data: { userId: user.id, phoneSystemId: system.id, extension: '101' } },
  ])
})

test('T-138 S45 once sessions have ended, later changes leave that moment, and queue nothing for the gateway', async () => {
  await importOne(true)
  const ended = await change(`status = 'disabled'`)
  expect(ended.sessions_valid_after).toBeInstanceOf(Date)
  await sql('delete from roster.revocation where tenant_id = $1')
  for (const later of [`display_name = 'Renamed'`, `status = 'deleted'`])
    expect((await change(later)).sessions_valid_after).toEqual(ended.sessions_valid_after)
  expect(await sql('select from roster.revocation where tenant_id = $1')).toEqual([])
})

test('T-138 S45 a person without SSO has no sessions that a change could end', async () => {
  await importOne(false)
  expect(await change(`display_name = 'Renamed'`)).toMatchObject({
    display_name: 'Renamed',
    sessions_valid_after: null,
  })
})

test('T-138 S45 the moment at which sessions end is never rounded to one before the change', async () => {
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  // A column that is set before the trigger runs keeps the time of the change.
  const text = `update roster.phone_user set sso = false, display_name = clock_timestamp()::text where tenant_id = $1
    returning sessions_valid_after > display_name::timestamptz as is_later`
  expect(await sql(text)).toEqual(Array(PEOPLE).fill({ is_later: true }))
})

test('S43 S45 the time of the last change of status stays when anything else changes', async () => {
  await importOne(true)
  const { status_since: since } = await change(`display_name = 'Renamed'`)
  expect((await sql('select created_at from roster.phone_user where tenant_id = $1'))[0].created_at).toEqual(since)
  expect((await change(`status = 'disabled'`)).status_since.getTime()).toBeGreaterThan(since.getTime())
})
