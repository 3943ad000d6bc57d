import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CONTOSO_DIRECTORY_ID,
  CREDENTIAL,
  FAR_EXPIRY,
  JACKFIELD_CLIENT_ID,
  type Platform,
  startPlatform,
} from './support/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

/** A connected tenant whose secret is being replaced by `next`. */
function givenRotation(next: string) {
  const tenant = platform.connectedTenant()
  const connection = platform.registry.connections.get(tenant.accountId)
  if (!connection) throw new Error('no connection')
  const credentialId = randomUUID()
  const credential = { type: 'secret', secret: next } as const
  platform.registry.connections.set(tenant.accountId, {
    ...connection,
    credential,
    rotation: { credentialId, previous: CREDENTIAL },
  })
  const uses = () => platform.registry.uses.filter(({ path }) => path.includes(`/${tenant.accountId}/`))
  return { tenant, credentialId, uses, connection }
}

const enterInEntra = (value: string) =>
  platform.emulator.directory(CONTOSO_DIRECTORY_ID).addSecret(JACKFIELD_CLIENT_ID, { value, endDateTime: FAR_EXPIRY })

test('SE-07 T-93 an import goes on with the secret before when Entra ID refuses the new one, and the registry is told', async () => {
  const { tenant, credentialId, uses } = givenRotation('a-secret-that-was-mistyped')
  expect(await platform.runImport(tenant, { all: true, sync: true, sso: false })).toMatchObject({ status: 'succeeded' })
  expect(uses()).toEqual([{ path: expect.stringContaining(tenant.tenantId), credentialId, worked: 'previous' }])
})

test('SE-07 the secret before stands in when the new one is refused as invalid_client alone, not when Entra ID is busy', async () => {
  const refuseOnce = (status: number, error: string) =>
    platform.emulator.faults.plan({
      path: '/oauth2/v2\\.0/token$',
      count: 1,
      effect: { kind: 'foreign-answer', status, body: JSON.stringify({ error }) },
    })
  enterInEntra('a-secret-that-was-entered')
  const refused = givenRotation('a-secret-that-was-entered')
  refuseOnce(401, 'invalid_client')
  await platform.runImport(refused.tenant, { all: true, sync: true, sso: false })
  expect(refused.uses()).toMatchObject([{ worked: 'previous' }])
  const busy = givenRotation('a-secret-that-was-entered')
  refuseOnce(400, 'temporarily_unavailable')
  await platform.runImport(busy.tenant, { all: true, sync: true, sso: false })
  expect(busy.uses()).toMatchObject([{ worked: 'new' }])
})

test('SE-07 an import by a new secret that works proves it, and a token held from before stays good', async () => {
  enterInEntra('a-secret-that-was-rotated')
  const { tenant, credentialId, uses, connection } = givenRotation('a-secret-that-was-rotated')
  expect(await platform.runImport(tenant, { all: true, sync: true, sso: false })).toMatchObject({ status: 'succeeded' })
  expect(uses()).toEqual([{ path: expect.stringContaining(tenant.tenantId), credentialId, worked: 'new' }])

  const next = { type: 'secret', secret: 'a-third-secret-not-in-entra' } as const
  platform.registry.connections.set(tenant.accountId, { ...connection, credential: next })
  expect(await platform.runImport(tenant, { all: true, sync: true, sso: false })).toMatchObject({ status: 'succeeded' })
})

test('SE-07 when Entra ID takes neither, what is wrong with the new secret is told, and nothing is told to work', async () => {
  const { tenant, uses, connection } = givenRotation('a-secret-that-was-mistyped')
  const rotation = { credentialId: randomUUID(), previous: { type: 'secret', secret: 'gone-from-entra-id' } } as const
  platform.registry.connections.set(tenant.accountId, {
    ...connection,
    credential: { type: 'secret', secret: 'a-secret-that-was-mistyped' },
    rotation,
  })
  const answer = await platform.call('GET', `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`)
  expect(answer).toMatchObject({ status: 409, body: { code: 'microsoft-refused' } })
  expect(uses()).toEqual([])
})
