import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, platform, type Registry, service, startRegistry } from './registry.ts'

const SUBJECT = 'system:serviceaccount:phone:tenant-registry'
const AUDIENCE = 'api://AzureADTokenExchange'
const cluster = generateKeyPairSync('rsa', { modulusLength: 2_048 })
let registry: Registry
let m365: M365Emulator
let issuer: Server
let issuerUrl: string
let folder: string
let file: string
let tenantId: string
beforeAll(async () => {
  const jwk = { ...(await exportJWK(cluster.publicKey)), kid: 'cluster', use: 'sig' }
  issuer = createServer((request, response) => {
    const body = request.url?.endsWith('/jwks') ? { keys: [jwk] } : { issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const address = issuer.address()
  issuerUrl = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`
  folder = await mkdtemp(join(tmpdir(), 'federated-'))
  file = join(folder, 'token')
  await rotateToken()
  m365 = await startMicrosoft()
  registry = await startRegistry({
    MICROSOFT_LOGIN_URL: m365.origin,
    MICROSOFT_GRAPH_URL: m365.origin,
    FEDERATED_TOKEN_FILE: file,
  })
  tenantId = await registry.givenTenant()
})
afterAll(async () => {
  await registry.close()
  await m365.close()
  issuer.close()
  await rm(folder, { recursive: true })
})

/** What the kubelet does every hour. */
async function rotateToken(): Promise<string> {
  const token = await new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid: 'cluster' })
    .setIssuer(issuerUrl)
    .setSubject(SUBJECT)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(cluster.privateKey)
  await writeFile(file, `${token}\n`)
  return token
}
const path = (id: string, rest = '') => `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}${rest}`
const connection = (id: string, from = registry, tenant = tenantId) =>
  from.call(service, 'GET', `/internal/tenants/${tenant}/microsoft-accounts/${id}/connection`)

test('S26 the account shows issuer, subject and audience for Entra ID, and no expiry', async () => {
  const { body } = await registry.call(
    platform,
    'PUT',
    path((await registry.givenAccount(tenantId)).id, '/credential'),
    {
      type: 'federated',
    },
  )
  expect(body.credential).toEqual({
    type: 'federated',
    issuer: issuerUrl,
    subject: SUBJECT,
    audience: AUDIENCE,
    createdAt: expect.any(String),
    expiresAt: null,
  })
})

test('S26 S27 once the app trusts the cluster, the connection test passes without any secret', async () => {
  const { ids, directory } = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const { id } = await registry.givenAccount(tenantId, { ...ids, credential: { type: 'federated' } })
  const verify = async () => (await registry.call(platform, 'POST', path(id, '/verify'))).body
  const failed = (await verify()).checks.find((check: { id: string }) => check.id === 'credential')
  expect(failed).toMatchObject({ status: 'failed', code: expect.stringMatching(/^AADSTS700/) })
  directory.changeApplication(ids.clientId, {
    federatedCredentials: [{ name: 'cluster', issuer: issuerUrl, subject: SUBJECT, audiences: [AUDIENCE] }],
  })
  expect((await verify()).ok).toBe(true)
})

test('S26 the token is read again each time: Kubernetes replaces it', async () => {
  const { id } = await registry.givenAccount(tenantId, { credential: { type: 'federated' } })
  for (const token of [await rotateToken(), await rotateToken()]) {
    await writeFile(file, token)
    expect((await connection(id)).body.credential).toEqual({ type: 'assertion', assertion: token })
  }
})

test('S26 a missing or malformed token is reported, and the account stays unchanged', async () => {
  const { id } = await registry.givenAccount(tenantId, { credential: { type: 'federated' } })
  for (const damage of [() => writeFile(file, 'not a token'), () => rm(file)]) {
    await damage()
    expect(await connection(id)).toMatchObject({ status: 503, body: { code: 'federation-token-unreadable' } })
  }
  await rotateToken()
  expect((await connection(id)).status).toBe(200)
})

test('S26 an installation without a workload identity says so', async () => {
  const alone = await startRegistry()
  const tenant = await alone.givenTenant()
  const { id } = await alone.givenAccount(tenant)
  const answer = await alone.call(platform, 'PUT', `/api/v1/tenants/${tenant}/microsoft-accounts/${id}/credential`, {
    type: 'federated',
  })
  expect(answer).toMatchObject({ status: 409, body: { code: 'federation-not-set-up' } })
  await alone.close()
})
