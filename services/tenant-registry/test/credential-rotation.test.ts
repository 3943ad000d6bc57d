import { randomBytes } from 'node:crypto'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { aSecret, BASE_URL, guid, inDays, platform, type Registry, service, startRegistry } from './registry.ts'
import { type RosterStandIn, startRosterStandIn } from './roster-stand-in.ts'

let m365: M365Emulator
let registry: Registry
let roster: RosterStandIn
beforeAll(async () => {
  m365 = await startMicrosoft()
  const key = randomBytes(32)
  roster = await startRosterStandIn(key)
  const origins = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
  registry = await startRegistry({ ...origins, ROSTER_URL: roster.url }, key)
})
afterAll(async () => {
  await registry.close()
  await roster.close()
  await m365.close()
})

/** A ready account, and what one does with its secrets. */
async function givenReadyAccount(expiresAt = inDays(365)) {
  const microsoft = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const tenantId = await registry.givenTenant()
  const { id } = await registry.givenAccount(tenantId, {
    ...microsoft.ids,
    credential: { ...microsoft.credential, expiresAt },
  })
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
  const internal = `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`
  const verify = async () => (await registry.call(platform, 'POST', `${path}/verify`)).body
  expect((await verify()).ok).toBe(true)
  return {
    tenantId,
    id,
    path,
    secret: microsoft.secret,
    verify,
    put: async (secret: string) => {
      const answer = await registry.call(platform, 'PUT', `${path}/credential`, {
        type: 'secret',
        secret,
        expiresAt: inDays(300),
      })
      expect(answer.status).toBe(200)
      return answer.body
    },
    addInEntra: (value: string) =>
      microsoft.directory.addSecret(microsoft.ids.clientId, { value, endDateTime: inDays(365) }),
    show: async () => (await registry.call(platform, 'GET', path)).body,
    connection: async () => (await registry.call(service, 'GET', internal)).body,
    tellUse: (credentialId: string, worked: string) =>
      registry.call(service, 'POST', `${internal}/uses`, { credentialId, worked }),
    audited: async (action: string) =>
      (await registry.auditEvents(`microsoft-account.${action}`)).filter(
        ({ target }: { target: string }) => target === id,
      ),
    storedPrevious: async () =>
      (await registry.pool.query('select 1 from registry.previous_credential where account_id = $1', [id])).rowCount,
  }
}

test('S26 T-93 SE-07 a new secret is used at once, and the one before stands in until a service tells that the new one worked', async () => {
  const account = await givenReadyAccount()
  expect((await account.connection()).rotation).toBeUndefined()
  const next = aSecret()
  const shown = await account.put(next)
  expect(shown.credential.hint).toBe(next.slice(-3))
  expect(shown.previousCredential).toMatchObject({ type: 'secret', hint: account.secret.slice(-3) })

  const { credential, rotation } = await account.connection()
  expect([credential.secret, rotation.previous]).toEqual([next, { type: 'secret', secret: account.secret }])
  expect((await account.tellUse(rotation.credentialId, 'new')).status).toBe(200)
  expect((await account.connection()).rotation).toBeUndefined()
  expect((await account.show()).previousCredential).toBeUndefined()
  expect(await account.storedPrevious()).toBe(0)

  await account.tellUse(rotation.credentialId, 'new')
  expect(await account.audited('retire-credential')).toHaveLength(1)
})

test('S27 SE-07 the connection test of a refused new secret says so, goes on with the one before, and the account stays enabled', async () => {
  const account = await givenReadyAccount()
  const next = aSecret()
  await account.put(next)
  const tested = await account.verify()
  const [, check, , users] = tested.checks
  expect(tested.ok).toBe(false)
  expect(check).toMatchObject({
    id: 'credential',
    status: 'failed',
    code: 'AADSTS7000215',
    message: expect.stringContaining('stands in'),
  })
  expect(users).toMatchObject({ id: 'users', status: 'passed' })
  await account.verify()
  expect(await account.show()).toMatchObject({ status: 'failing', enabled: true, previousCredential: {} })
  expect(await account.audited('new-credential-refused')).toHaveLength(1)

  account.addInEntra(next)
  expect((await account.verify()).ok).toBe(true)
  expect((await account.show()).previousCredential).toBeUndefined()
  expect(await account.audited('retire-credential')).toHaveLength(1)
})

test('SE-07 a second new secret replaces the unproven one, and the proven one stands in on; a late proof of the first retires nothing', async () => {
  const account = await givenReadyAccount()
  await account.put(aSecret())
  const first = (await account.connection()).rotation.credentialId
  const second = aSecret()
  await account.put(second)
  await account.tellUse(first, 'new')
  const { credential, rotation } = await account.connection()
  expect([credential.secret, rotation.previous.secret]).toEqual([second, account.secret])
})

test('SE-07 at its own end the secret before stands in no more and is erased', async () => {
  const account = await givenReadyAccount(inDays(10))
  await account.put(aSecret())
  expect((await account.connection()).rotation).toBeDefined()
  registry.clock.offset = 11 * 86_400_000
  try {
    expect((await account.connection()).rotation).toBeUndefined()
    expect(await account.storedPrevious()).toBe(0)
  } finally {
    registry.clock.offset = 0
  }
})

test('SE-07 a secret of another registration stands in for nothing: neither before the first success nor after the ids changed', async () => {
  const account = await givenReadyAccount()
  await account.put(aSecret())
  await registry.call(platform, 'PATCH', account.path, { clientId: guid() })
  expect((await account.connection()).rotation).toBeUndefined()
  expect(await account.storedPrevious()).toBe(0)
  await account.put(aSecret())
  expect((await account.connection()).rotation).toBeUndefined()
})

test('SE-04 a previous secret that cannot be opened is left out and audited; the new one is handed out', async () => {
  const account = await givenReadyAccount()
  const next = aSecret()
  await account.put(next)
  await registry.pool.query("update registry.previous_credential set sealed = 'x' where account_id = $1", [account.id])
  expect(await account.connection()).toMatchObject({ credential: { secret: next } })
  expect((await account.connection()).rotation).toBeUndefined()
  expect((await account.audited('open-credential')).length).toBeGreaterThan(0)
})

test('T-90 only services tell of uses, and of no foreign tenant’s account', async () => {
  const account = await givenReadyAccount()
  await account.put(aSecret())
  const { credentialId } = (await account.connection()).rotation
  const use = { credentialId, worked: 'new' }
  const at = (tenantId: string) => `/internal/tenants/${tenantId}/microsoft-accounts/${account.id}/connection/uses`
  expect((await registry.call(platform, 'POST', at(account.tenantId), use)).status).toBe(403)
  expect((await registry.call(service, 'POST', at(await registry.givenTenant()), use)).status).toBe(404)
  expect(await account.storedPrevious()).toBe(1)
})
