import { createHash } from 'node:crypto'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECK_EVERY_SECONDS, checkDueAccounts } from '../src/jobs/watch-accounts.ts'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, inDays, platform, type Registry, service, startRegistry } from './registry.ts'
import { rewrapCommand } from './rewrap-command.ts'

// The old key-encryption key was taken away before rewrap-keys had run.

const [OLD_KEY, NEW_KEY] = ['old', 'new'].map((name) => createHash('sha256').update(name).digest()) as [Buffer, Buffer]
let m365: M365Emulator
let before: Registry
let after: Registry
beforeAll(async () => {
  m365 = await startMicrosoft()
  const settings = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
  before = await startRegistry({ ...settings, KEY_ENCRYPTION_KEYS: [OLD_KEY] })
  after = await startRegistry({ ...settings, KEY_ENCRYPTION_KEYS: [NEW_KEY] }, undefined, before.url)
})
afterAll(async () => {
  await after.close()
  await before.close()
  await m365.close()
})

async function givenReady(tenantId: string) {
  const given = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const { id } = await before.givenAccount(tenantId, { ...given.ids, credential: given.credential })
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
  expect((await before.call(platform, 'POST', `${path}/verify`)).body.ok).toBe(true)
  return { ...given, id, path }
}

test('FC-61 an account whose secret nothing opens is failing and says why; the list and the others stay, and entered again it works', async () => {
  const tenantId = await before.givenTenant()
  const [one, other] = [await givenReady(tenantId), await givenReady(tenantId)]
  const healthyTenant = await after.givenTenant({ slug: 'healthy' })
  const list = async () =>
    (await after.call(platform, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts`)).body.items
  const shown = async ({ path }: typeof one) => (await after.call(platform, 'GET', path)).body
  const unreadable = {
    check: 'credential',
    severity: 'critical',
    message: expect.stringContaining('cannot be opened any more'),
  }

  // By itself, within a day: nobody has to ask.
  after.clock.offset = CHECK_EVERY_SECONDS * 1000 + 1000
  expect(await checkDueAccounts(after.ports, after.app.log)()).toBe(2)
  expect((await list()).map(({ status }: { status: string }) => status)).toEqual(['failing', 'failing'])
  expect((await shown(one)).warnings).toEqual([expect.objectContaining(unreadable)])
  expect(after.unopened).toEqual(['microsoft credential', 'microsoft credential'])
  const connection = `/internal/tenants/${tenantId}/microsoft-accounts/${one.id}/connection`
  expect(await after.call(service, 'GET', connection)).toMatchObject({
    status: 502,
    body: { code: 'credential-unreadable' },
  })

  const credential = { ...one.credential, expiresAt: inDays(300) }
  expect((await after.call(platform, 'PUT', `${one.path}/credential`, credential)).status).toBe(200)
  expect((await after.call(platform, 'POST', `${one.path}/verify`)).body).toMatchObject({ ok: true })
  expect(await shown(one)).toMatchObject({ status: 'ready', warnings: [] })
  expect((await after.call(service, 'GET', connection)).body.credential).toEqual({ type: 'secret', secret: one.secret })
  // What the lost data key sealed stays unreadable as long as its key-encryption key is away.
  expect((await after.call(platform, 'POST', `${other.path}/verify`)).body).toMatchObject({ ok: false })
  expect(await shown(other)).toMatchObject({ status: 'failing' })
  expect((await after.givenAccount(healthyTenant, { credential })).id).toBeTruthy()
})

test('FC-61 T-93 once the old key is back its secrets open again, although another was entered meanwhile; rewrapped they survive the key', async () => {
  const tenantId = await before.givenTenant({ slug: 'back' })
  const [one, other] = [await givenReady(tenantId), await givenReady(tenantId)]
  const connection = `/internal/tenants/${tenantId}/microsoft-accounts/${other.id}/connection`
  const credential = { ...one.credential, expiresAt: inDays(300) }
  expect((await after.call(platform, 'PUT', `${one.path}/credential`, credential)).status).toBe(200)
  expect((await after.call(service, 'GET', connection)).status).toBe(502)

  const settings = { MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin }
  const both = await startRegistry({ ...settings, KEY_ENCRYPTION_KEYS: [NEW_KEY, OLD_KEY] }, undefined, before.url)
  expect((await both.call(service, 'GET', connection)).body.credential).toMatchObject({ secret: other.secret })
  const keys = [NEW_KEY, OLD_KEY].map((key) => key.toString('base64')).join(',')
  expect(await rewrapCommand(both).run({ KEY_ENCRYPTION_KEYS: keys }).exited).toBe(0)
  await both.close()
  expect((await after.call(service, 'GET', connection)).body.credential).toMatchObject({ secret: other.secret })
})

test('FC-61 secrets entered at the same time for a tenant whose data key is lost share the next one', async () => {
  const tenantId = await before.givenTenant({ slug: 'lost' })
  await before.givenAccount(tenantId, {
    alias: 'Lost',
    credential: { type: 'secret', secret: 'lost secret', expiresAt: inDays(90) },
  })
  const credential = { type: 'secret', secret: 'next secret', expiresAt: inDays(90) }
  const accounts = await Promise.all(Array.from({ length: 6 }, () => after.givenAccount(tenantId, { credential })))
  for (const { id } of accounts) {
    const { body } = await after.call(
      service,
      'GET',
      `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`,
    )
    expect(body.credential).toEqual({ type: 'secret', secret: 'next secret' })
  }
})
