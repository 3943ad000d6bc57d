import { randomUUID } from 'node:crypto'
import { JACKFIELD_CLIENT_ID } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

// Numbers are found and read however they are written (libphonenumber), national ones by the tenant's default country.

const PHONES = {
  International: { businessPhones: ['+49 451 123456'] },
  Slashed: { mobilePhone: '0451/12 34-56' },
  Trunk: { businessPhones: ['+49 (0)451 123456;ext=12'] },
  Vanity: { businessPhones: ['1-800-FLOWERS'] },
  Other: { businessPhones: ['+49 30 99887766'], mobilePhone: '+49 170 5550100' },
  Nobody: {},
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

async function givenTenant(country?: string) {
  const domain = `${randomUUID()}.example`
  const { id } = platform.emulator.addDirectory({
    id: randomUUID(),
    displayName: 'Phones',
    domains: [domain],
    users: Object.entries(PHONES).map(([displayName, phones]) => ({
      id: randomUUID(),
      userPrincipalName: `${displayName}@${domain}`,
      displayName,
      ...phones,
    })),
    grants: [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All'] }],
  })
  const tenant = platform.connectedTenant(id)
  if (country) platform.registry.countries.set(tenant.tenantId, country)
  expect(await platform.runImport(tenant, { all: true, sync: true, sso: true })).toMatchObject({ status: 'succeeded' })
  const search = async (text: string) => {
    const { status, body } = await platform.call('GET', `${tenant.api}/users?search=${encodeURIComponent(text)}`)
    expect(status).toBe(200)
    return body.items.map(({ displayName }: { displayName: string }) => displayName)
  }
  return { ...tenant, search }
}

const LUEBECK = ['International', 'Slashed', 'Trunk']
describe('S28 FC-23 the search of the roster', () => {
  test.each([
    ['0451 123456', 'DE', LUEBECK],
    ['+49451123456', 'DE', LUEBECK],
    ['0049 451 123456', 'DE', LUEBECK],
    ['123456', 'DE', LUEBECK],
    ['0451 123456', undefined, LUEBECK],
    ['1800 3569377', 'US', ['Vanity']],
    ['1-800-flowers', 'US', ['Vanity']],
    ['0170 5550100', 'DE', ['Other']],
    ['Other', 'DE', ['Other']],
    ['999 000 111', 'DE', []],
    ['%', 'DE', []],
  ])('for %j in %s finds %j', async (text, country, names) => {
    expect(await (await givenTenant(country)).search(text)).toEqual(names)
  })
})

test('S43 FC-23 binding suggestions read national numbers by the tenant’s country', async () => {
  const { api } = await givenTenant('US')
  const { id } = (await platform.call('POST', `${api}/phone-systems`, { name: 'Head office' })).body
  const items = ['12', '3569377'].map((number) => ({ number }))
  await platform.call('POST', `${api}/phone-systems/${id}/extensions`, { items })
  const { body } = await platform.call('GET', `${api}/binding-suggestions?phoneSystemId=${id}`)
  const found = body.items.map(({ displayName, extension }: Record<string, string>) => [displayName, extension])
  expect(found).toEqual(
    expect.arrayContaining([
      ['Trunk', '12'],
      ['Vanity', '3569377'],
    ]),
  )
  expect(found).toHaveLength(2)
})
