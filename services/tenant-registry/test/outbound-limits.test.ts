import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OpenApi, operationsOf } from '@jackfield/api-fuzz/operations'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OUTBOUND_LIMITS } from '../src/domain/outbound-limits.ts'
import { adminOf, aSecret, BASE_URL, guid, inDays, platform, type Registry, startRegistry } from './registry.ts'

/** What a Microsoft that is none may do, by the directory that is asked for. */
type Misbehaviour = 'silent' | 'trickling' | 'redirecting' | 'senseless' | 'slow-then-silent'
const misbehaviours = new Map<string, Misbehaviour>()
let asked = 0
const microsoft = createServer((request, response) => {
  asked += 1
  const directoryId = request.url?.split('/')[1] ?? ''
  const misbehaviour = misbehaviours.get(directoryId) ?? 'senseless'
  if (misbehaviour === 'senseless') response.end('<h1>An intranet page</h1>')
  if (misbehaviour === 'redirecting') response.writeHead(307, { location: `${originOf(trap)}${request.url}` }).end()
  if (misbehaviour === 'trickling') trickle(response)
  if (misbehaviour === 'slow-then-silent' && request.url?.includes('.well-known'))
    setTimeout(() => discover(response, directoryId), 8_000)
})
/** Something of the inside that must not be reached. */
let trapped = 0
const trap = createServer((_request, response) => {
  trapped += 1
  response.end('{}')
})
const originOf = (server: typeof trap) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 200)
  response.on('close', () => clearInterval(timer))
}
function discover(response: ServerResponse, directoryId: string): void {
  const at = `${originOf(microsoft)}/${directoryId}`
  const document = {
    issuer: `${at}/v2.0`,
    authorization_endpoint: `${at}/a`,
    token_endpoint: `${at}/t`,
    jwks_uri: `${at}/k`,
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}

let registry: Registry
let unreachable: Registry
beforeAll(async () => {
  for (const server of [microsoft, trap]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: originOf(microsoft), MICROSOFT_GRAPH_URL: originOf(microsoft) })
  unreachable = await startRegistry({
    MICROSOFT_LOGIN_URL: 'http://127.0.0.1:9',
    MICROSOFT_GRAPH_URL: 'http://127.0.0.1:9',
  })
})
afterAll(async () => {
  await Promise.all([registry.close(), unreachable.close()])
  for (const server of [microsoft, trap]) {
    server.closeAllConnections()
    server.close()
  }
})

const accountsOf = (tenantId: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts`
const credential = () => ({ type: 'secret', secret: aSecret(), expiresAt: inDays(300) })
async function verify(of: Registry, tenantId: string, accountId: string, caller = platform) {
  return of.call(caller, 'POST', `${accountsOf(tenantId)}/${accountId}/verify`)
}

test('SI-03 T-115 whatever Microsoft does, a connection test ends within 15 s, reaches nothing else and says nothing of the network', {
  timeout: 30_000,
}, async () => {
  const kinds = ['silent', 'trickling', 'redirecting', 'senseless', 'slow-then-silent'] as const
  const results = await Promise.all(
    [...kinds, 'refusing' as const].map(async (kind) => {
      const of = kind === 'refusing' ? unreachable : registry
      const tenantId = await of.givenTenant()
      const account = await of.givenAccount(tenantId, { credential: credential() })
      if (kind !== 'refusing') misbehaviours.set(account.directoryId, kind)
      const began = Date.now()
      const { status, body } = await verify(of, tenantId, account.id)
      return {
        kind,
        status,
        seconds: (Date.now() - began) / 1000,
        text: JSON.stringify(body),
        checks: body.checks as Check[],
      }
    }),
  )
  for (const { kind, status, seconds, text, checks } of results) {
    expect([kind, status]).toEqual([kind, 200])
    expect(seconds, kind).toBeLessThan(15.5)
    // No secrets: our own redirect URI, and the links to the admin center, which the operator's settings name.
    const words = text.replaceAll(BASE_URL, '').replaceAll(/"link":"[^"]*#view[^"]*"/g, '')
    expect(words, kind).not.toMatch(/127\.0\.0\.1|localhost|ECONN|UND_ERR|socket|intranet|:\d{4,5}\b/i)
    const failed = checks.filter((check) => check.status === 'failed')
    expect(failed.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Entra ID (did not answer in time|could not be reached|gave an answer that makes no sense)\.$/,
      ),
    ])
  }
  expect(results.find(({ kind }) => kind === 'slow-then-silent')?.seconds).toBeGreaterThan(12)
  expect(trapped).toBe(0)
})

test('SI-03 an account is tested so often and no more: 429 with Retry-After, before anybody is asked; others go on', async () => {
  const tenantId = await registry.givenTenant()
  const [account, other] = [await registry.givenAccount(tenantId), await registry.givenAccount(tenantId)]
  for (let count = 0; count < OUTBOUND_LIMITS.account; count += 1)
    expect((await verify(registry, tenantId, account.id, adminOf(tenantId))).status).toBe(200)
  asked = 0
  // Whoever asks: the limit is the account's.
  for (const caller of [adminOf(tenantId), platform]) {
    const refused = await verify(registry, tenantId, account.id, caller)
    expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-tests', requestId: expect.any(String) } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
  }
  expect(asked).toBe(0)
  const events = (await registry.auditEvents('microsoft-account.verify')).filter(
    ({ target }: { target: string }) => target === account.id,
  )
  expect(events).toHaveLength(OUTBOUND_LIMITS.account)
  expect((await verify(registry, tenantId, other.id, adminOf(tenantId))).status).toBe(200)
  expect((await registry.call(platform, 'GET', `${accountsOf(tenantId)}/${account.id}`)).status).toBe(200)
})

test('SI-03 a tenant, however many accounts it asks for, and a caller, however many tenants, are bounded', async () => {
  const [tenantId, elsewhere] = [await registry.givenTenant(), await registry.givenTenant()]
  const consent = async (caller: typeof platform, of: string) =>
    (await registry.call(caller, 'POST', `${accountsOf(of)}/${guid()}/consent-links`)).status
  const proof = async (caller: typeof platform, of: string) =>
    (await registry.call(caller, 'POST', `/api/v1/tenants/${of}/custom-hosts/${guid()}.example/proof`)).status
  // Refused for not being theirs, a stranger uses nothing up.
  for (let count = 0; count < 10; count += 1) expect(await consent(adminOf(elsewhere), tenantId)).toBe(404)
  for (let count = 0; count < OUTBOUND_LIMITS.tenant; count += 2) {
    expect(await consent(adminOf(tenantId), tenantId)).toBe(404)
    expect(await proof(adminOf(tenantId), tenantId)).toBe(404)
  }
  expect(await consent(adminOf(tenantId), tenantId)).toBe(429)
  expect(await proof(adminOf(tenantId), tenantId)).toBe(429)
  expect(await proof(adminOf(elsewhere), elsewhere)).toBe(404)

  const busy = { ...platform, sub: 'api-key:busy' }
  for (let count = 0; count < OUTBOUND_LIMITS.caller; count += 1) expect(await consent(busy, guid())).toBe(404)
  expect(await consent(busy, guid())).toBe(429)
  expect(await consent({ ...platform, sub: 'api-key:idle' }, guid())).toBe(404)
})

test('SI-03 the OpenAPI document marks the limited operations, and no others', () => {
  const limited = operationsOf(registry.app.swagger() as OpenApi).filter(({ refusals }) =>
    refusals.includes('too-many-tests'),
  )
  expect(limited.map(({ id }) => id).sort()).toEqual(['createConsentLink', 'proveCustomHost', 'verifyMicrosoftAccount'])
})
