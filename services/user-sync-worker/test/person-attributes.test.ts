import type { PersonAttributes } from '@jackfield/contract/roster/person-attributes'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readDirectoryUser, USER_PROPERTIES } from '../src/domain/directory-user.ts'
import { ATTRIBUTE_NAMES, ATTRIBUTES } from '../src/domain/person-attributes.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true }
/** Columns of `phone_user` that are the roster's own, or made from attributes. */
const OWN =
  'id tenant_id account_id directory_id object_id status status_since sync sso chosen_by chosen_at sessions_valid_after upn_hash upn_domain_hash mail_hash mail_domain_hash version created_at updated_at'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let objectId: string
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(async () => {
  const directoryId = addLargeDirectory(platform, 1)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  objectId = directory.users()[0]?.id ?? ''
  await platform.runImport(tenant, EVERYBODY)
  await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: 'https://pbx.example.com/hook' })
})
afterAll(() => platform.close())

const domain = () => directory.domains[0]
const OTHER: { [Name in keyof PersonAttributes]: () => PersonAttributes[Name] } = {
  displayName: () => 'Another name',
  givenName: () => 'Another',
  surname: () => 'Name',
  userPrincipalName: () => `another@${domain()}`,
  mail: () => `another.mail@${domain()}`,
  businessPhones: () => ['+1 425 555 9999'],
  mobilePhone: () => '+1 425 555 7777',
  jobTitle: () => 'Clerk',
  department: () => 'Sales',
  employeeId: () => 'E-0042',
  userType: () => 'Guest',
}
async function events() {
  const text = 'select payload from roster.webhook_message where tenant_id = $1 order by seq'
  const { rows } = await platform.stores.pool.query<{ payload: { type: string; data: PersonAttributes } }>(text, [
    tenant.tenantId,
  ])
  return rows.map(({ payload }) => ({ type: payload.type, data: payload.data }))
}

const MODES = ['delta', 'full', 'import'] as const
test.each(ATTRIBUTE_NAMES)(
  'FC-24 a change of %s alone is told by user.updated, shown by the API, and found by every kind of run',
  async (name) => {
    const previous = (await platform.call('GET', `${tenant.api}/users`)).body.items[0][name]
    for (const [round, mode] of MODES.entries()) {
      const value = round % 2 === 0 ? OTHER[name]() : previous
      directory.changeUser(objectId, { [name]: value })
      const path = `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`
      if (mode === 'import') await platform.runImport(tenant, EVERYBODY)
      else await platform.finishedRun(tenant.api, (await platform.call('POST', path, { mode })).body.runId)
      const told = await events()
      expect(told.map(({ type }) => type)).toEqual(Array(round + 1).fill('user.updated'))
      expect(told[round]?.data[name]).toEqual(value)
      expect((await platform.call('GET', `${tenant.api}/users`)).body.items[0][name]).toEqual(value)
    }
  },
)

test('FC-24 every attribute has its column, as nullable as the table of attributes says, and no column is without a name in it', async () => {
  const text = `select attname as column, not attnotnull as "isNullable", format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = 'roster.phone_user'::regclass and attnum > 0 and not attisdropped and not attname = any($1) order by attname`
  const { rows } = await platform.stores.pool.query(text, [OWN.split(' ')])
  const expected = ATTRIBUTES.map(({ column, isNullable, form }) => ({
    column,
    isNullable,
    type: form === 'texts' ? 'text[]' : 'text',
  }))
  expect(rows).toEqual(expected.sort((one, other) => (one.column < other.column ? -1 : 1)))
})

test('FC-24 every attribute is asked of Graph, and read no longer than the table of attributes says', () => {
  expect(USER_PROPERTIES).toEqual(expect.arrayContaining(ATTRIBUTE_NAMES))
  for (const { name, form, longest } of ATTRIBUTES) {
    const long = 'x'.repeat(longest + 1)
    const raw = { id: objectId, userPrincipalName: 'one@example.com', [name]: form === 'texts' ? [long] : long }
    const read = readDirectoryUser(raw)
    const value = read.kind === 'user' ? read.user[name] : undefined
    expect(value).toEqual(form === 'texts' ? ['x'.repeat(longest)] : form === 'text' ? 'x'.repeat(longest) : 'Guest')
  }
})
