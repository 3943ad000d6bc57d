import { createTestDatabase } from '@jackfield/test-environment/database'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CapturedPlan, capturedPlans, capturing } from './support/captured-plans.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// FC-62: wrong statistics must not make Postgres read a whole tenant for each of its people. Captures the plan of every
// statement of the service, under its own role and with its own parameters, and counts the rows that it reads.

const EVERYBODY = { all: true, sync: true, sso: true } as const
const PEOPLE = 2_500
const PAGE = 999
/** No statement reads a person more often, not even one about the whole tenant. */
const TWICE = 2

let platform: Platform
let plans: { take(): CapturedPlan[] }
beforeAll(async () => {
  const database = await createTestDatabase()
  await capturing(database.url)
  platform = await startPlatform({ database })
  plans = capturedPlans(platform.stores.confined)
  await platform.work()
})
afterAll(() => platform?.close())

const sql = (text: string, values: unknown[] = []) => platform.stores.pool.query(text, values)

const OF_ROSTER = `relnamespace = 'roster'::regnamespace`
/** Nothing but the lengths of the files is known, as after a restore. */
const NEVER_ANALYSED = [
  `delete from pg_statistic where starelid in (select oid from pg_class where ${OF_ROSTER})`,
  `update pg_class set reltuples = -1, relpages = 0 where ${OF_ROSTER} and relkind in ('r', 'i')`,
]
const states: Array<[name: string, statements: string[]]> = [
  ['that was never analysed', NEVER_ANALYSED],
  [
    'that was vacuumed while hardly anybody was in it',
    [
      ...NEVER_ANALYSED,
      `update pg_class set reltuples = 3, relpages = 1000 where ${OF_ROSTER} and relkind in ('r', 'i')`,
    ],
  ],
  [
    'of which other tenants have all, as far as is known',
    [
      `insert into roster.phone_user (id, tenant_id, account_id, directory_id, object_id, display_name, user_principal_name,
        business_phones, user_type, status, sync, sso)
      select gen_random_uuid(), other.id, other.id, other.id, gen_random_uuid(), 'Other ' || n, 'o' || n || '@other.example', '{}', 'Member',
        'active', true, true
      from (select gen_random_uuid() as id from generate_series(1, 20)) other, generate_series(1, 1000) n`,
      'analyze',
    ],
  ],
]

async function believe(statements: readonly string[]) {
  const { rows } = await sql(`select relname from pg_class where ${OF_ROSTER} and relkind = 'r'`)
  for (const { relname } of rows) await sql(`alter table roster.${relname} set (autovacuum_enabled = off)`)
  for (const statement of statements) await sql(statement)
}

function givenTenant() {
  const directoryId = addLargeDirectory(platform, PEOPLE)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  const ids = directory.users().map(({ id }) => id)
  const account = `${tenant.api}/microsoft-accounts/${tenant.accountId}`
  const importAll = async () => (await platform.runImport(tenant, EVERYBODY)).counts
  async function resync(mode: 'full' | 'delta') {
    const { body } = await platform.call('POST', `${account}/resyncs`, { mode })
    return (await platform.finishedRun(tenant.api, body.runId)).counts
  }
  const rename = (from: number, to: number, jobTitle: string) => {
    for (const id of ids.slice(from, to)) directory.changeUser(id, { jobTitle })
  }
  return { ...tenant, account, directory, ids, importAll, resync, rename }
}

/** A statement about a page that reads more than the page, or one that reads people again and again. */
function excessive({ text, lookedAt }: CapturedPlan): boolean {
  if (text.includes('webhook_message')) return false // the outbox of all tenants: what waits in it, not who is in a roster
  const isOfPage = /unnest\(\$3::uuid\[\]|json_to_recordset/i.test(text)
  return lookedAt > TWICE * (isOfPage ? PAGE + 1 : PEOPLE)
}
const found = () =>
  plans
    .take()
    .filter(excessive)
    .map(({ text, busiest, lookedAt }) => `${lookedAt} rows: ${busiest}\n${text}`)

describe.each(states)('in a roster %s', (_, statements) => {
  beforeEach(async () => {
    await believe(statements)
    plans.take()
  })

  test('FC-62 an import, its repetition and changes read each person of a page by their own key', async () => {
    const { tenantId, importAll, resync, rename, directory, ids } = givenTenant()
    expect(await importAll()).toMatchObject({ created: PEOPLE })
    expect(await importAll()).toMatchObject({ unchanged: PEOPLE })
    // Nobody is called there, but what happens is written down for it.
    await sql(
      `insert into roster.webhook_endpoint (id, tenant_id, url, sealed_secret, status) values (gen_random_uuid(), $1, 'http://127.0.0.1:9', '', 'parked')`,
      [tenantId],
    )
    directory.changeUser(ids[0] ?? '', { jobTitle: 'First' })
    expect(await importAll()).toMatchObject({ updated: 1 })
    rename(0, 1_200, 'Moved')
    expect(await importAll()).toMatchObject({ updated: 1_200 })
    expect(found()).toEqual([])

    rename(600, 1_900, 'Moved again')
    expect(await resync('delta')).toMatchObject({ updated: 1_300 })
    rename(0, 1_500, 'Back')
    for (const id of ids.slice(-5)) directory.deleteUser(id)
    expect(await resync('full')).toMatchObject({ updated: 1_500, deleted: 5 })
    expect(found()).toEqual([])
  })

  test('FC-62 T-128 removals that wait, are found again, leave the plan and are approved', async () => {
    const { api, account, importAll, resync, directory, ids } = givenTenant()
    await importAll()
    for (const id of ids.slice(0, 1_500)) directory.disableUser(id)
    const { body } = await platform.call('POST', `${account}/resyncs`, { mode: 'full' })
    const asking = async () => (await platform.call('GET', `${api}/sync-runs/${body.runId}`)).body
    await expect.poll(asking, { timeout: 30_000 }).toMatchObject({ status: 'awaiting-approval' })
    expect(await resync('full')).toMatchObject({ disabled: 0 })
    for (const id of ids.slice(0, 500)) directory.enableUser(id)
    expect(await resync('delta')).toMatchObject({ disabled: 0 })
    expect(await asking()).toMatchObject({ approval: { removals: 1_000 } })
    await platform.call('POST', `${api}/sync-runs/${body.runId}/approve`)
    expect((await platform.finishedRun(api, body.runId)).counts).toMatchObject({ disabled: 1_000 })
    expect(found()).toEqual([])
  })

  test('FC-62 ticks by hand, rules, a preview and its plan read each person by their own key', async () => {
    const { api, account, importAll, resync, ids } = givenTenant()
    const rules = { items: [{ department: 'Sales', sso: true }], leavers: 'unsync' }
    expect((await platform.call('PUT', `${account}/import-rules`, rules)).status).toBe(200)
    const { body } = await platform.call('PUT', `${account}/import-rules?preview=true`, {
      items: [{ userType: 'Member', sso: true }],
      leavers: 'keep',
    })
    const { counts } = await platform.finishedRun(api, body.runId)
    expect(counts).toMatchObject({ created: PEOPLE })
    expect(
      (await platform.call('GET', `${api}/sync-runs/${body.runId}/planned-changes?limit=200`)).body.items,
    ).toHaveLength(200)
    await importAll()
    const chosen = { users: ids.slice(0, 1_500).map((id) => ({ id, sync: false, sso: false })) }
    expect((await platform.runImport({ api, imports: `${account}/imports` }, chosen)).counts).toMatchObject({
      updated: 1_500,
    })
    await resync('full')
    expect((await platform.call('GET', `${account}/microsoft-users?limit=200`)).body.items).toHaveLength(200)
    expect(found()).toEqual([])
  })

  test('FC-62 lists of people, extensions and suggestions look each one up by its key', async () => {
    const { api, tenantId, importAll } = givenTenant()
    await importAll()
    const phoneSystemId: string = (await platform.call('POST', `${api}/phone-systems`, { name: 'Main' })).body.id
    await sql(
      `with numbered as (select id, row_number() over () as n from roster.phone_user where tenant_id = $1),
      numbers as (insert into roster.extension (tenant_id, phone_system_id, number) select $1, $2, (1000 + n)::text from numbered)
      select`,
      [tenantId, phoneSystemId],
    )
    await sql(
      `insert into roster.binding (tenant_id, user_id, phone_system_id, extension)
      select $1, id, $2, (1000 + n)::text from (select id, row_number() over () as n from roster.phone_user where tenant_id = $1) u where n <= 1500`,
      [tenantId, phoneSystemId],
    )
    const lists = [
      `users?limit=200`,
      `users?limit=200&bound=false`,
      `phone-systems/${phoneSystemId}/extensions?limit=200`,
      `binding-suggestions?phoneSystemId=${phoneSystemId}`,
    ]
    plans.take()
    for (const list of lists) expect((await platform.call('GET', `${api}/${list}`)).status).toBe(200)
    expect(found()).toEqual([])
  })
})
