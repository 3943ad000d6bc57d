import { randomUUID } from 'node:crypto'
import type { FaultInput } from '@jackfield/m365-emulator/faults/fault'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// A run that Entra ID or Graph gives no token for, or whose token is not enough: what is asked of whom (FC-34).

const EVERYBODY = { all: true, sync: true, sso: true }

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterEach(() => platform.emulator.faults.clear())
afterAll(() => platform.close())

function given() {
  const directory = platform.emulator.directory(addLargeDirectory(platform, 3))
  const tenant = platform.connectedTenant(directory.id)
  return { directory, run: () => platform.runImport(tenant, EVERYBODY) }
}

function refusal(message: string) {
  return { status: 'failed', error: { code: 'microsoft-refused', message: expect.stringContaining(message) } }
}

test('FC-34 a policy for workload identities that blocks the application is named, and the next import succeeds without it', async () => {
  const { directory, run } = given()
  directory.setConditionalAccess([{ appliesTo: 'workloads', grant: 'block' }])
  expect(await run()).toMatchObject(refusal('A Conditional Access policy blocks this sign-in.'))
  directory.setConditionalAccess([])
  expect(await run()).toMatchObject({ status: 'succeeded' })
})

test('FC-34 an application that nobody consented to in this directory yet is told as that', async () => {
  const id = randomUUID()
  platform.emulator.addDirectory({ id, displayName: 'New', domains: [`${id}.example`] })
  const tenant = platform.connectedTenant(id)
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject(
    refusal('Nobody has consented to the application in this directory yet.'),
  )
})

test('FC-34 a directory of another cloud is told as that', async () => {
  const id = randomUUID()
  const nationalCloud = 'microsoftonline.us'
  platform.emulator.addDirectory({ id, displayName: 'Elsewhere', domains: [`${id}.example`], nationalCloud })
  const tenant = platform.connectedTenant(id)
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject(
    refusal('The directory is in another Microsoft cloud.'),
  )
})

const CHALLENGES: ReadonlyArray<[string, FaultInput['effect'], string]> = [
  ['a challenge for claims', { kind: 'claims-challenge' }, 'Continuous access evaluation resulted in challenge'],
  [
    'a token of another cloud',
    { kind: 'refuse', status: 401, message: 'InvalidCloudInstance' },
    'InvalidCloudInstance',
  ],
]
test.each(CHALLENGES)(
  'FC-34 %s at Graph is answered with a new token, then told in Graph’s words',
  async (_what, effect, words) => {
    const { run } = given()
    platform.emulator.faults.plan({ path: '^/v1\\.0/users$', count: 1, effect })
    expect(await run()).toMatchObject({ status: 'succeeded' })
    platform.emulator.faults.plan({ path: '^/v1\\.0/users$', effect })
    expect(await run()).toMatchObject(refusal(words))
  },
)

test('T-121 a discovery document that leads elsewhere ends the run with the words of the connection test, and no credential is sent', async () => {
  const { directory, run } = given()
  platform.emulator.faults.plan({
    path: '/openid-configuration$',
    directory: directory.id,
    effect: { kind: 'odd-property', property: 'token_endpoint', value: 'https://login.evil.example/token' },
  })
  expect(await run()).toMatchObject(
    refusal(
      'What came as Entra ID’s description of itself leads to an address elsewhere, so nothing was sent there. Let whoever runs the platform look at',
    ),
  )
  expect(platform.emulator.requests.count('POST /:tenant/oauth2/v2.0/token', directory.id)).toBe(0)
})
