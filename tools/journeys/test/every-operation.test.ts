import { fuzzOperation, type Send } from '@jackfield/api-fuzz/fuzz-operation'
import { testListCursors } from '@jackfield/api-fuzz/list-cursors'
import { type OpenApi, type Operation, operationsOf, urlOf } from '@jackfield/api-fuzz/operations'
import type { FuzzRequest } from '@jackfield/api-fuzz/requests'
import { type Answer, judgeOf } from '@jackfield/api-fuzz/verdict'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { afterAll, expect, test } from 'vitest'
import { adminEdge } from './admin-edge.ts'
import { givenTenant } from './given-tenant.ts'
import { runPlatform } from './running-platform.ts'

/**
 * The same requests in every run, different ones for each operation. A failure names its seed and the smallest failing
 * request.
 */
const seedOf = (operation: Operation) => 8_259 + operations.indexOf(operation)
const RUNS = 30

const platform = await runPlatform()
afterAll(() => platform.end())
const call = await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
const edge = adminEdge(platform)
const key = async (scope: string, role = 'admin') => {
  const made = await call<{ key: string }>('POST', '/api-keys', { name: 'Key', scope, role })
  return { authorization: `Bearer ${made.key}` }
}
const session = async (scope: string) =>
  edge.enter((await call<{ token: string }>('POST', '/control-sign-in-links', { scope })).token)

const platformKey = await key('platform')
const send = edge.as(platformKey)
const given = (name: string) => givenTenant({ call, send }, name)
const ours = await given('ours')
const changed = await given('changed')
const theirs = await given('theirs')

const document: OpenApi = JSON.parse((await send({ method: 'GET', url: '/api/v1/openapi.json', headers: {} })).body)
const operations = operationsOf(document)
const judge = judgeOf(document)
const isWrite = ({ method }: Operation) => method !== 'GET'

/** The plain request of an operation. */
function plain(operation: Operation, values: Readonly<Record<string, string>>): FuzzRequest {
  const known: Readonly<Record<string, string>> = { ...values, limit: '500' }
  const query = operation.query.flatMap(
    ({ name }): Array<[string, string]> => (known[name] === undefined ? [] : [[name, known[name]]]),
  )
  return { method: operation.method, url: `${urlOf(operation, values)}?${new URLSearchParams(query)}`, headers: {} }
}

/** The sender depends on the request alone, so that shrinking a request keeps its sender. */
const byEither =
  (first: Send, second: Send): Send =>
  (request) =>
    (request.url.length % 2 === 0 ? first : second)(request)

/** Writes use other resources than reads, which keeps reads working; a deletion names one that does not exist. */
function targetOf({ id, method, parameters }: Operation): Record<string, string> {
  // The platform’s keys stay: other tests use what they signed.
  if (id === 'revokeSigningKey') return { ...ours, kid: 'none' }
  if (method === 'DELETE') return { ...ours, [parameters.at(-1) ?? '']: crypto.randomUUID() }
  return method === 'PUT' || method === 'PATCH' ? changed : ours
}

/**
 * Operations with few valid requests: the run is over, the body is an image or holds many addresses, the account has
 * changed, or outside calls are rate-limited.
 */
const SELDOM_ACCEPTED = [
  'approveSyncRun',
  'cancelSyncRun',
  'putTenantLogo',
  'putApp',
  'putImportRules',
  'createConsentLink',
  'proveCustomHost',
  'revokeSigningKey',
]
const platformAdmin = byEither(send, edge.as(await session('platform')))

test.each(operations)(
  'T-102 SI-05 $id answers every request as the gateway’s document declares, never with 5xx',
  async (operation) => {
    const asked = { operation, document, send: platformAdmin, runs: RUNS, seed: seedOf(operation) }
    const { accepted } = await fuzzOperation({ ...asked, values: targetOf(operation) })
    if (operation.method !== 'DELETE' && !SELDOM_ACCEPTED.includes(operation.id)) expect(accepted).toBeGreaterThan(0)
  },
)

testListCursors(operations, { values: () => ours, send })

test('T-102 SE-10 every deletion removes its resource, the tenant last, and answers as declared', async () => {
  const doomed = await given('doomed')
  const deletions = operations.filter(({ method, id }) => method === 'DELETE' && id !== 'endSession')
  const inner = deletions
    .filter(({ id }) => id !== 'deleteTenant')
    .sort((one, other) => other.path.length - one.path.length)
  for (const operation of [...inner, ...deletions.filter(({ id }) => id === 'deleteTenant')]) {
    const answer = await send(plain(operation, doomed))
    expect([operation.id, answer.status < 300, judge(operation, answer)]).toEqual([operation.id, true, []])
  }
  expect((await send({ method: 'GET', url: `/api/v1/tenants/${doomed.tenantId}`, headers: {} })).status).toBe(404)
})

const stranger = byEither(edge.as(await key(ours.tenantId)), edge.as(await session(ours.tenantId)))
const theirReader = edge.as(await key(theirs.tenantId, 'read'))
const { cookie } = await session(theirs.tenantId)
const before = await seen()

/** What a platform admin sees of that tenant, by operation. */
async function seen(): Promise<Record<string, string>> {
  type Item = { id: string; scope?: string; tenantId?: string; requestedBy?: string }
  const isTheirs = ({ id, scope, tenantId }: Item) => [id, scope, tenantId].includes(theirs.tenantId)
  // Runs that the platform starts by itself are left out.
  const isAskedFor = ({ requestedBy }: Item) => requestedBy !== 'notification' && requestedBy !== 'schedule'
  // Audit events arrive late, and keys are the platform’s.
  const changing = ['listAuditEvents', 'showSigningKeyReach']
  const looks = operations.filter((operation) => !isWrite(operation) && !changing.includes(operation.id))
  const answers = looks.map(async (operation): Promise<[string, string]> => {
    const answer = await send(plain(operation, theirs))
    expect([operation.id, answer.status, judge(operation, answer)]).toEqual([operation.id, 200, []])
    if (!answer.contentType?.startsWith('application/json')) return [operation.id, answer.body]
    const shown: { items?: Item[] } = JSON.parse(answer.body)
    const items = shown.items?.filter(operation.parameters.length > 0 ? isAskedFor : isTheirs)
    return [operation.id, JSON.stringify({ ...shown, items })]
  })
  return Object.fromEntries(await Promise.all(answers))
}

async function whatChanged(): Promise<string[]> {
  const now = await seen()
  return Object.keys(now).filter((id) => now[id] !== before[id])
}

// The catalogue of apps is shared, and both tenants use one directory.
const { clientId: _app, directoryId: _directory, extension: _extension, tenantUrl: _tenantUrl, ...secrets } = theirs
/** A tenant's own audit log names the foreign resources that it requested. */
function withoutAttempts({ status, contentType, body }: Answer): string {
  if (status !== 200 || !contentType?.startsWith('application/json')) return body
  const { items, ...rest }: { items?: Array<{ action?: string }> } = JSON.parse(body)
  return JSON.stringify({ ...rest, items: items?.filter(({ action }) => action !== 'foreign-access') })
}

/** Fails when a response contains a secret that the request did not. */
const discreet: Send = async (request) => {
  const answer = await stranger(request)
  const said = decodeURIComponent(request.url) + request.payload
  const body = withoutAttempts(answer)
  const told = Object.values(secrets).filter((value) => body.includes(value) && !said.includes(value))
  if (told.length > 0) throw new Error(`${told} is told: ${answer.body}`)
  return answer
}

test.each(operations)(
  'T-90 AD-02 $id shows another tenant’s key and session nothing, and changes nothing',
  async (operation) => {
    const asked = { operation, document, send: discreet, runs: RUNS, seed: seedOf(operation) }
    const { accepted } = await fuzzOperation({ ...asked, values: theirs })
    if (operation.parameters.includes('tenantId')) expect(accepted).toBe(0)
    // The other tenant's resources are not found under the own tenant either.
    if (operation.parameters.includes('tenantId') && operation.parameters.length > 1) {
      const { status } = await discreet(plain(operation, { ...theirs, tenantId: ours.tenantId }))
      expect([400, 404, 429]).toContain(status)
    }
    if (isWrite(operation)) expect(await whatChanged()).toEqual([])
  },
)

test.each(operations)(
  'T-90 AD-01 $id needs a credential, for writes one with that right, on Control’s own host and page',
  async (operation) => {
    const missing = Object.fromEntries(operation.parameters.map((name) => [name, crypto.randomUUID()]))
    const withoutId = ({ status, body }: Answer) => [status, body.replace(/"requestId":"[^"]+"/, '')]
    for (const headers of [{}, { authorization: 'Bearer jf_wrong_key_000' }, { cookie: `${cookie}x` }] as Array<
      Record<string, string>
    >) {
      const nobody = edge.as(headers)
      const answer = await nobody(plain(operation, theirs))
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([401, 'unauthenticated'])
      expect(withoutId(await nobody(plain(operation, { ...theirs, ...missing })))).toEqual(withoutId(answer))
    }
    const onTheirHost = edge.as({ ...platformKey, host: new URL(platform.addresses.tenant('theirs')).host })
    expect((await onTheirHost(plain(operation, theirs))).status).toBe(404)
    if (!isWrite(operation)) return
    for (const mayNot of [theirReader, edge.as({ cookie }), edge.as({ cookie, 'sec-fetch-site': 'cross-site' })])
      expect((await mayNot(plain(operation, theirs))).status).toBe(403)
    expect(await whatChanged()).toEqual([])
  },
)
