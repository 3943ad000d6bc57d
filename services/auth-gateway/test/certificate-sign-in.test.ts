import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { selfSignedCertificate } from '@jackfield/m365-emulator/entra/keys/self-signed-certificate'
import { SignJWT } from 'jose'
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

test('S26 S36 an account with a certificate redeems the code with the assertion that the registry signed', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const der = selfSignedCertificate(publicKey, privateKey, 'phone', new Date())
  const contoso = world.m365.directory(CONTOSO_DIRECTORY_ID)
  contoso.changeApplication(JACKFIELD_CLIENT_ID, { certificates: [{ certificate: der.toString('base64') }] })
  const thumbprint = createHash('sha256').update(der).digest('base64url')
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setIssuer(JACKFIELD_CLIENT_ID)
    .setSubject(JACKFIELD_CLIENT_ID)
    .setAudience(`${world.m365.origin}/${CONTOSO_DIRECTORY_ID}/oauth2/v2.0/token`)
    .setJti(randomUUID())
    .setNotBefore('0s')
    .setExpirationTime('5m')
    .sign(privateKey)

  const { tenant, account } = givenConnectedTenant(world, 'contoso')
  const connections = world.registry.tenantAt('contoso')?.connections
  const connection = connections?.get(account.id)
  if (connection) connections?.set(account.id, { ...connection, credential: { type: 'assertion', assertion } })
  const person = givenPerson(world, tenant.id, { bindings: [binding('101')] })
  expect((await signIn(world, 'contoso')).tokens.claims()?.sub).toBe(person.id)
})
