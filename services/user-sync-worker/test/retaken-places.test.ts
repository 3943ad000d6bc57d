import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'
import { provenAccounts } from './support/proven-accounts.ts'

// In a database of its own, whose people all lie in one block: a row that is written takes the only free place in it.

let platform: Platform
let accounts: Awaited<ReturnType<typeof provenAccounts>>
beforeAll(async () => {
  platform = await startPlatform()
  accounts = await provenAccounts(platform)
  await platform.work()
})
afterAll(() => platform.close())

test('S46 T-90 a place that is taken anew proves nothing, be it by another tenant, by somebody else or by the same person in another state', async () => {
  const given = await accounts.givenProven(3)
  const neighbour = await accounts.givenImported(1)
  const [id = ''] = given.ids()
  const person = {
    ...given,
    objectId: id,
    status: 'active',
    sync: true,
    sso: false,
    chosenBy: 'hand',
    digest: null as Buffer | null,
  }
  const takers = [
    { ...person, ...neighbour, objectId: randomUUID() },
    { ...person, objectId: randomUUID() },
    { ...person, digest: Buffer.alloc(16) },
    { ...person, status: 'disabled' },
    { ...person, sso: true },
    { ...person, sync: false },
    { ...person, chosenBy: 'rule' },
    { ...person, accountId: randomUUID() },
  ]
  const importAll = () => given.importAll({ all: true, sync: true, sso: false })
  await importAll()
  const drop = (tenantId: string, gone: string) =>
    accounts.sql('delete from roster.phone_user where tenant_id = $1 and object_id = $2', [tenantId, gone])
  for (const { tenantId, accountId, directoryId, objectId, status, sync, sso, chosenBy, digest } of takers) {
    await accounts.sql('vacuum full roster.phone_user') // no other place is free
    expect(await importAll()).toMatchObject({ unchanged: 3 })
    await given.deeds()
    const text = `select ctid::text as place, content_digest as digest, display_name as name, user_principal_name as "principalName",
      business_phones as phones from roster.phone_user where tenant_id = $1 and object_id = $2`
    type Row = { place: string; digest: Buffer; name: string; principalName: string; phones: string[] }
    const [row] = (await accounts.sql<Row>(text, [given.tenantId, id])) as [Row]
    await drop(given.tenantId, id)
    const take = async () => {
      await drop(tenantId, objectId)
      await accounts.sql('vacuum roster.phone_user') // frees the place once nobody is left who may see the row
      const { name, principalName, phones } = row
      return accounts.sql(
        `insert into roster.phone_user (id, tenant_id, account_id, directory_id, object_id, status, sync, sso, chosen_by, content_digest,
          display_name, user_principal_name, business_phones, user_type)
        values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'Member') returning ctid::text as place`,
        [
          tenantId,
          accountId,
          directoryId,
          objectId,
          status,
          sync,
          sso,
          chosenBy,
          digest ?? row.digest,
          name,
          principalName,
          phones,
        ],
      )
    }
    await expect.poll(take, { timeout: 10_000 }).toEqual([{ place: row.place }])
    const counts = objectId === id ? { created: 0, updated: 1, unchanged: 2 } : { created: 1, updated: 0, unchanged: 2 }
    expect(await importAll()).toMatchObject({ seen: 3, ...counts })
    expect(await given.deeds()).toEqual({ kept: 0, used: 0 })
  }
})
