import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inScope, scopedPool } from '../src/adapters/tenant-scope.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())
beforeEach(() => platform.stores.pool.query('delete from roster.phone_user'))

const service = { scope: 'platform', role: 'service' } as const
const ask = async (address: string) =>
  (await platform.call('POST', '/internal/sign-in-candidates', { address }, service)).body

async function askAll(addresses: readonly string[]): Promise<Array<Awaited<ReturnType<typeof ask>>>> {
  const answers = []
  for (const address of addresses) answers.push(await ask(address))
  return answers
}

type Person = { upn: string; mail?: string | null; sso?: boolean; status?: string }
async function givenPeople(people: readonly Person[], directoryId = randomUUID(), tenantId = randomUUID()) {
  const column = (read: (person: Person) => unknown) => people.map(read)
  await platform.stores.pool.query(
    `insert into roster.phone_user (id, tenant_id, account_id, directory_id, object_id, display_name, user_principal_name, mail, business_phones,
       user_type, status, sync, sso)
     select gen_random_uuid(), $1, $1, $2, gen_random_uuid(), upn, upn, mail, '{}', 'Member', status, true, sso
     from unnest($3::text[], $4::text[], $5::text[], $6::boolean[]) row (upn, mail, status, sso)`,
    [
      tenantId,
      directoryId,
      column(({ upn }) => upn),
      column(({ mail, upn }) => (mail === undefined ? upn : mail)),
      column(({ status }) => status ?? 'active'),
      column(({ sso }) => sso ?? true),
    ],
  )
  return { tenantId, directoryId }
}

test('S39 an address leads to the directories of those who may sign in by it, as user principal name or as mail, whatever the case', async () => {
  const one = await givenPeople([{ upn: 'Ada@one.example', mail: 'ada.l@mail.example' }])
  const two = await givenPeople([{ upn: 'other@two.example', mail: 'ADA.L@mail.example' }])
  expect(await ask('ada@ONE.example')).toEqual([one])
  const both = [one, two].sort((left, right) => left.tenantId.localeCompare(right.tenantId))
  expect(await ask('ada.l@mail.example')).toEqual(both)
})

test('T-04 a mail address that somebody else’s directory made up does not compete with the person’s own name', async () => {
  const own = await givenPeople([{ upn: 'ceo@contoso.example' }])
  await givenPeople([{ upn: 'mallory@evil.example', mail: 'ceo@contoso.example' }])
  expect(await ask('ceo@contoso.example')).toEqual([own])
})

test('S39 of one directory in two tenants both are told', async () => {
  const { directoryId, tenantId } = await givenPeople([{ upn: 'ada@one.example' }])
  const other = await givenPeople([{ upn: 'ada@one.example' }], directoryId)
  expect((await ask('ada@one.example')).map((each: { tenantId: string }) => each.tenantId)).toEqual(
    [tenantId, other.tenantId].sort(),
  )
})

test('S39 an address that nobody has, or whose owner may not sign in, is answered like a known one of its domain', async () => {
  const known = await givenPeople([
    { upn: 'ada@one.example' },
    { upn: 'off@one.example', sso: false },
    { upn: 'gone@one.example', status: 'disabled' },
  ])
  for (const local of ['ada', 'nobody', 'off', 'gone', 'x'.repeat(60), ''])
    expect(await ask(`${local}@one.example`)).toEqual([known])
  expect(await ask('ada@unknown.example')).toEqual([])
  expect(await ask('ada@example')).toEqual([])
  expect(await ask('ada@sub.one.example')).toEqual([])
})

test('S39 where nobody of a domain may sign in, it is unknown', async () => {
  await givenPeople([{ upn: 'ada@one.example', sso: false }])
  expect(await ask('ada@one.example')).toEqual([])
})

test('S39 addresses nobody has spread over a domain’s directories as the known ones do, and each stays where it is', async () => {
  const [large, small] = [randomUUID(), randomUUID()]
  const people = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => ({ upn: `${name}${index}@both.example` }))
  await givenPeople(people(300, 'l'), large)
  await givenPeople(people(100, 's'), small)
  const asked = Array.from({ length: 200 }, (_, index) => `unknown${index}@both.example`)
  const first = await askAll(asked)
  expect(first.every((answer) => answer.length === 1)).toBe(true)
  const inSmall = first.filter(([one]) => one.directoryId === small).length
  // A quarter of them; eight standard deviations to either side.
  expect(inSmall).toBeGreaterThan(1)
  expect(inSmall).toBeLessThan(99)
  expect(await askAll(asked)).toEqual(first)
})

test('T-101 the address is only text, and one that is none is refused', async () => {
  await givenPeople([{ upn: 'ada@one.example' }])
  for (const address of ["'@one.example", '%@one.example', '\\@one.example', 'é@one.example'])
    expect(await ask(address)).toHaveLength(1)
  for (const address of [
    '',
    'ada',
    'a@b@c',
    'a b@one.example',
    'ada@one.example\u0000',
    `${'x'.repeat(320)}@one.example`,
  ])
    expect(await ask(address)).toMatchObject({ code: 'invalid-request' })
})

test('T-90 only our own services may ask', async () => {
  for (const role of ['admin', 'read', 'hand-over'] as const)
    expect(
      (
        await platform.call(
          'POST',
          '/internal/sign-in-candidates',
          { address: 'a@b.example' },
          { scope: 'platform', role },
        )
      ).status,
    ).toBe(403)
})

test('S39 addresses are looked up by an index behind row-level security', async () => {
  const tenantId = randomUUID()
  for (let page = 0; page < 10; page++)
    await givenPeople(
      Array.from({ length: 1_000 }, (_, index) => ({ upn: `p${page}x${index}@d${index % 50}.example` })),
      tenantId,
      tenantId,
    )
  await platform.stores.pool.query('analyze roster.phone_user')
  const plans = await inScope('every-tenant', async () => {
    const pool = scopedPool(platform.stores.confined)
    const explain = async (condition: string) =>
      JSON.stringify(
        (
          await pool.query(
            `explain (format json) select object_id from roster.phone_user where sso and status = 'active' and ${condition}`,
          )
        ).rows,
      )
    const domain = `hashtextextended('d1.example', 0)`
    return [
      await explain(`upn_domain_hash = ${domain} and upn_hash >= 0 order by upn_hash limit 1`),
      await explain(
        `mail_domain_hash = ${domain} and mail_hash is not null and mail_hash < 0 order by mail_hash limit 1`,
      ),
      await explain(
        `upn_domain_hash = ${domain} and upn_hash = any(array(select hashtextextended('p1x1@d1.example', 0)))`,
      ),
      await explain(
        `mail_domain_hash = ${domain} and mail_hash is not null and mail_hash = any(array(select hashtextextended('p1x1@d1.example', 0)))`,
      ),
    ]
  })
  const indexes = ['phone_user_by_upn', 'phone_user_by_mail', 'phone_user_by_upn', 'phone_user_by_mail']
  expect(plans.map((plan, position) => plan.includes(`"${indexes[position]}"`))).toEqual([true, true, true, true])
})
