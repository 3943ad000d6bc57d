import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selfSignedCertificate } from '@jackfield/m365-emulator/entra/keys/self-signed-certificate'
import { dumpPostgres, formsOf } from '@jackfield/test-environment/dumps'
import { UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEchoingMicrosoft } from './echoing-microsoft.ts'
import { aSecret, guid, inDays, platform, type Registry, service, startRegistry } from './registry.ts'

type Planted = Map<string, string>
const INTERNAL_KEY = randomBytes(32)
const KEY_ENCRYPTION_KEY = randomBytes(32)
const BOOTSTRAP = `bootstrap-${randomBytes(24).toString('base64url')}`
let registry: Registry
let microsoft: Awaited<ReturnType<typeof startEchoingMicrosoft>>
let folder: string
let federatedToken: string
beforeAll(async () => {
  microsoft = await startEchoingMicrosoft()
  folder = await mkdtemp(join(tmpdir(), 'planted-'))
  federatedToken = new UnsecuredJWT({ jti: aSecret() })
    .setIssuer('https://cluster.example')
    .setSubject('system:serviceaccount:phone:registry')
    .setAudience('api://AzureADTokenExchange')
    .encode()
  await writeFile(join(folder, 'token'), federatedToken)
  registry = await startRegistry(
    {
      MICROSOFT_LOGIN_URL: microsoft.origin,
      MICROSOFT_GRAPH_URL: microsoft.origin,
      KEY_ENCRYPTION_KEYS: [KEY_ENCRYPTION_KEY],
      BOOTSTRAP_API_KEY: BOOTSTRAP,
      FEDERATED_TOKEN_FILE: join(folder, 'token'),
    },
    INTERNAL_KEY,
  )
})
afterAll(async () => {
  await registry.close()
  await microsoft.close()
  await rm(folder, { recursive: true })
})

/** Answers that show a secret once, as they must, or carry it between our services: they are no evidence of a leak. */
async function silently(method: 'POST' | 'GET', url: string, body?: object, caller = platform) {
  const headers = { authorization: `Bearer ${registry.sign({ aud: 'tenant-registry', ...caller })}` }
  return (await registry.app.inject({ method, url, headers, ...(body && { payload: body }) })).json()
}

function plantPair(planted: Planted, name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const der = selfSignedCertificate(publicKey, privateKey, 'phone', new Date())
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { d = '', p = '' } = privateKey.export({ format: 'jwk' })
  // A line out of the middle of the key; its numbers, should somebody export it as JWK.
  planted
    .set(`${name}: PEM`, pem.split('\n')[12] ?? '')
    .set(`${name}: d`, d)
    .set(`${name}: p`, p)
  const certificate = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----`
  return { type: 'certificate', certificate, privateKey: pem }
}

function plantSecret(planted: Planted, name: string) {
  const secret = aSecret()
  planted.set(name, secret)
  return { type: 'secret', secret, expiresAt: inDays(90) }
}

test('S26 T-93 T-94 SE-01 SE-02 AD-06 no planted secret of any kind is in a dump, a log line or an answer, when all goes well, is refused, or fails', async () => {
  const planted: Planted = new Map([
    ['bootstrap key', BOOTSTRAP],
    ['federated token', federatedToken],
    ['key-encryption key', KEY_ENCRYPTION_KEY.toString('base64url')],
    ['internal key', INTERNAL_KEY.toString('base64url')],
  ])
  const tenantId = await registry.givenTenant()
  const accounts = `/api/v1/tenants/${tenantId}/microsoft-accounts`
  const connectionOf = (id: string) => `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`

  // API keys and links, shown once, then used, used wrongly, and listed.
  const { key } = await silently('POST', '/api/v1/api-keys', { name: 'key', scope: tenantId, role: 'admin' })
  const { token } = await silently('POST', '/api/v1/control-sign-in-links', { scope: 'platform', role: 'admin' })
  planted.set('API key', key).set('sign-in link', token)
  for (const presented of [key, `${key}x`, BOOTSTRAP])
    await registry.call(service, 'POST', '/internal/api-key-authentications', { key: presented })
  for (let time = 0; time < 2; time += 1)
    await registry.call(service, 'POST', '/internal/control-sign-in-links/redemptions', { token })
  await registry.call(platform, 'GET', '/api/v1/api-keys')

  // Credentials of each kind: saved, replaced, handed out, tested against a Microsoft that repeats them, and refused.
  const ids = () => ({ clientId: guid(), directoryId: guid() })
  const kinds = [plantSecret(planted, 'secret'), plantPair(planted, 'certificate'), { type: 'federated' }]
  for (const [index, credential] of kinds.entries()) {
    const { id } = await registry.givenAccount(tenantId, { ...ids(), credential })
    await registry.pool.query(
      "update registry.microsoft_account set first_ready_at = now(), status = 'ready' where id = $1",
      [id],
    )
    const next = index === 0 ? plantPair(planted, `replacement ${index}`) : plantSecret(planted, `replacement ${index}`)
    await registry.call(platform, 'PUT', `${accounts}/${id}/credential`, next)
    const handed = await silently('GET', connectionOf(id), undefined, service)
    expect(handed.rotation?.previous).toBeDefined()
    for (const proof of [handed.credential, handed.rotation.previous]) {
      const text = proof.secret ?? proof.assertion
      // Of an assertion the signature is what must not be seen: its head is the same for all.
      planted.set(`handed out ${index} ${proof.type}`, text.split('.').at(-1) || text)
    }
    await registry.call(platform, 'POST', `${accounts}/${id}/verify`)
    await registry.call(platform, 'GET', `${accounts}/${id}`)
    await registry.call(platform, 'DELETE', `${accounts}/${id}`)
  }
  for (const secret of kinds.flatMap((kind) => ('secret' in kind ? [kind.secret] : [])))
    expect(microsoft.seen.some((body) => body.includes(secret))).toBe(true)

  const account = await registry.givenAccount(tenantId, ids())
  const put = (body: object) => registry.call(platform, 'PUT', `${accounts}/${account.id}/credential`, body)
  const pair = plantPair(planted, 'certificate with another key')
  await put({ ...pair, certificate: plantPair(planted, 'its other key').certificate })
  await put({ ...plantPair(planted, 'broken certificate'), certificate: 'x' })
  await put({ ...plantSecret(planted, 'misplaced secret'), expiresAt: aSecret() })
  await put({ ...plantSecret(planted, 'unknown member'), type: 'password' })
  await registry.call(platform, 'POST', accounts, {
    ...ids(),
    alias: '',
    credential: plantSecret(planted, 'without alias'),
  })

  // The database fails under it: what a driver writes of a failed statement ends in the log.
  const failing = plantSecret(planted, 'during an outage')
  for (const table of ['microsoft_credential', 'api_key', 'control_sign_in_link']) {
    await registry.pool.query(`alter table registry.${table} rename to ${table}_away`)
    expect((await put(failing)).status).toBeGreaterThanOrEqual(table === 'microsoft_credential' ? 500 : 200)
    await registry.call(service, 'POST', '/internal/api-key-authentications', { key })
    await registry.call(service, 'POST', '/internal/control-sign-in-links/redemptions', { token })
    await registry.pool.query(`alter table registry.${table}_away rename to ${table}`)
  }
  await registry.call(platform, 'GET', '/api/v1/audit-events?limit=500')

  const everything = [await dumpPostgres(registry.pool), ...registry.said].join('\n')
  expect(everything).toContain(tenantId)
  expect(everything).toContain('Failed query')
  const found = [...planted].filter(
    ([, text]) => text.length < 16 || formsOf(text).some((form) => everything.includes(form)),
  )
  expect(found.map(([name]) => name)).toEqual([])
})
