import { randomUUID } from 'node:crypto'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import { JACKFIELD_CLIENT_SECRET } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  binding,
  CONTOSO_DIRECTORY_ID,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  JACKFIELD_CLIENT_ID,
  type World,
} from './given.ts'
import { signIn } from './oidc-client.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())

const secret = (text: string): Connection['credential'] & object => ({ type: 'secret', secret: text })

/** A tenant whose account has a new credential beside the one it replaces. */
function givenRotation(slug: string, next: string, previous: string) {
  const { tenant, account } = givenConnectedTenant(world, slug)
  const credentialId = randomUUID()
  const connections = world.registry.tenantAt(slug)?.connections
  const connection = connections?.get(account.id)
  if (!connection) throw new Error('no connection')
  connections?.set(account.id, {
    ...connection,
    credential: secret(next),
    rotation: { credentialId, previous: secret(previous) },
  })
  const person = givenPerson(world, tenant.id, { bindings: [binding('101')] })
  const uses = () => world.registry.uses.filter(({ accountId }) => accountId === account.id)
  return { person, credentialId, uses, accountId: account.id }
}

const enterInEntra = (value: string) =>
  world.m365
    .directory(CONTOSO_DIRECTORY_ID)
    .addSecret(JACKFIELD_CLIENT_ID, { value, endDateTime: '2040-01-01T00:00:00Z' })

test('SE-07 S26 with a new secret that Entra ID accepts, people sign in by it, and the use is reported to the registry', async () => {
  enterInEntra('the-new-secret-of-contoso')
  const { person, credentialId, uses, accountId } = givenRotation(
    'contoso',
    'the-new-secret-of-contoso',
    'gone-from-entra-id',
  )
  expect((await signIn(world, 'contoso')).tokens.claims()?.sub).toBe(person.id)
  expect(uses()).toEqual([{ accountId, credentialId, worked: 'new' }])
})

test('SE-07 T-93 a new secret that Entra ID refuses (AADSTS7000215) fails no sign-in: the former one is used, and the code is not burnt', async () => {
  const { person, credentialId, uses, accountId } = givenRotation('fabrikam', 'mistyped', JACKFIELD_CLIENT_SECRET)
  expect((await signIn(world, 'fabrikam')).tokens.claims()?.sub).toBe(person.id)
  expect(uses()).toEqual([{ accountId, credentialId, worked: 'previous' }])
})

test('SE-07 an expired new secret (AADSTS7000222) fails no sign-in', async () => {
  world.m365
    .directory(CONTOSO_DIRECTORY_ID)
    .addSecret(JACKFIELD_CLIENT_ID, { value: 'over-before-it-began', endDateTime: '2020-01-01T00:00:00Z' })
  const { person, uses } = givenRotation('third', 'over-before-it-began', JACKFIELD_CLIENT_SECRET)
  expect((await signIn(world, 'third')).tokens.claims()?.sub).toBe(person.id)
  expect(uses()).toMatchObject([{ worked: 'previous' }])
})

test('SE-07 secrets change five times while people sign in, and every sign-in succeeds', async () => {
  let previous = JACKFIELD_CLIENT_SECRET
  for (let round = 0; round < 5; round += 1) {
    const next = `rotated-secret-number-${round}`
    const { person, uses } = givenRotation(`tenant-${round}`, next, previous)
    expect((await signIn(world, `tenant-${round}`)).tokens.claims()?.sub).toBe(person.id)
    enterInEntra(next)
    expect((await signIn(world, `tenant-${round}`)).tokens.claims()?.sub).toBe(person.id)
    expect(uses().map(({ worked }) => worked)).toEqual(['previous', 'new'])
    previous = next
  }
})

test('SE-07 a registry that takes no report fails no sign-in', async () => {
  const { person, uses } = givenRotation('untold', 'mistyped', JACKFIELD_CLIENT_SECRET)
  world.registry.outage.takesNoUses = true
  try {
    expect((await signIn(world, 'untold')).tokens.claims()?.sub).toBe(person.id)
  } finally {
    world.registry.outage.takesNoUses = false
  }
  expect(uses()).toEqual([])
})
