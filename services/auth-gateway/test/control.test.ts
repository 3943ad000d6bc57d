import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenBackend } from './admin-backend.ts'
import { type Answer, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

const TENANT = '01890a5d-ac96-774b-bcce-b302099a8057'
const KEY = 'jf_test_0123456789abcdef'
const JSON_BODY = { 'content-type': 'application/json' }

let world: World
let registry: Awaited<ReturnType<typeof givenBackend>>
let roster: Awaited<ReturnType<typeof givenBackend>>
let directory: string
let control: string

beforeAll(async () => {
  registry = await givenBackend('tenant-registry')
  roster = await givenBackend('user-sync-worker')
  directory = await mkdtemp(join(tmpdir(), 'control-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Control</title>')
  await writeFile(join(directory, 'assets', 'main-1a2b.js'), 'export {}')
  world = await givenGateway({ controlDirectory: directory, backends: { registry: registry.url, roster: roster.url } })
  control = world.originOf('control')
  world.registry.keys.set(KEY, { id: 'key:1', scope: 'platform', role: 'admin' })
})
afterAll(async () => {
  await world.close()
  await registry.app.close()
  await roster.app.close()
  await rm(directory, { recursive: true })
})

const call = (path: string, init: Parameters<typeof send>[1] = {}) =>
  send(`${control}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${KEY}`, ...init.headers } })
const json = (answer: Answer) => JSON.parse(answer.text)

async function givenSession(scope: string = 'platform') {
  const token = crypto.randomUUID()
  world.registry.links.set(token, { id: 'control:1', scope, role: 'admin' })
  const headers = { ...JSON_BODY, 'sec-fetch-site': 'same-origin' }
  const answer = await send(`${control}/auth/control/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token }),
  })
  return {
    token,
    answer,
    line: answer.headers['set-cookie']?.[0] ?? '',
    cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '',
  }
}

describe('the door of the admin API', () => {
  test('AD-01 lets nobody in without credentials, with a wrong key, or with a person’s token', async () => {
    givenApp(world, 'web-client')
    givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
    const { tokens, browser } = await signIn(world, 'contoso')
    const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    for (const headers of [
      {},
      { authorization: 'Bearer jf_wrong_key_000' },
      { authorization: `Bearer ${tokens.access_token}` },
      { authorization: `Basic ${btoa(KEY)}` },
      { cookie },
    ]) {
      for (const path of ['/tenants', '/tenants/unknown', '/nothing']) {
        const answer = await send(`${control}/api/v1${path}`, { headers: headers as Record<string, string> })
        expect([path, answer.status, json(answer).code]).toEqual([path, 401, 'unauthenticated'])
        expect(answer.headers['content-type']).toContain('application/problem+json')
      }
    }
  })

  test('exists on the Control host only', async () => {
    givenConnectedTenant(world, 'contoso')
    for (const origin of [world.originOf('contoso'), world.baseUrl]) {
      const answer = await send(`${origin}/api/v1/tenants`, { headers: { authorization: `Bearer ${KEY}` } })
      expect(answer.status).toBe(404)
    }
    expect((await send(`${control}/auth/authorize`)).status).toBe(404)
  })

  test.each([
    ['/tenants', 'tenant-registry'],
    ['/audit-events', 'tenant-registry'],
    [`/tenants/${TENANT}/microsoft-accounts/a/verify`, 'tenant-registry'],
    ['/job-board/', 'user-sync-worker'],
    ['/job-board/api/queues?activeQueue=sync-runs', 'user-sync-worker'],
    ['/job-boards', 'tenant-registry'],
    [`/tenants/${TENANT}/users`, 'user-sync-worker'],
    [`/tenants/${TENANT}/users/u/bindings/p`, 'user-sync-worker'],
    [`/tenants/${TENANT}/phone-systems`, 'user-sync-worker'],
    [`/tenants/${TENANT}/binding-suggestions`, 'user-sync-worker'],
    [`/tenants/${TENANT}/webhook-endpoints`, 'user-sync-worker'],
    [`/tenants/${TENANT}/microsoft-accounts/a/imports`, 'user-sync-worker'],
    [`/tenants/${TENANT}/microsoft-accounts/a/microsoft-users?search=a%20b`, 'user-sync-worker'],
  ])('passes %s on to %s', async (path, name) => {
    const answer = json(await call(path))
    expect([answer.name, answer.url]).toEqual([name, `/api/v1${path}`])
    expect(answer.caller).toMatchObject({
      iss: 'auth-gateway',
      aud: name,
      sub: 'key:1',
      scope: 'platform',
      role: 'admin',
    })
  })

  test('passes body, If-Match and request id on, and keeps the key, cookies and forwarded headers to itself', async () => {
    const body = JSON.stringify({ slug: 'ä' })
    const headers = {
      ...JSON_BODY,
      'if-match': '"3"',
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil',
      forwarded: 'for=1',
      connection: 'if-match',
    }
    const answer = await call(`/tenants/${TENANT}`, {
      method: 'PATCH',
      body,
      headers: { ...headers, connection: 'keep-alive', 'content-length': String(Buffer.byteLength(body)) },
    })
    const seen = json(answer)
    expect(seen.body).toEqual({ slug: 'ä' })
    expect(seen.headers).toMatchObject({ 'if-match': '"3"', 'x-request-id': answer.headers['x-request-id'] })
    for (const name of ['cookie', 'x-forwarded-for', 'x-forwarded-host', 'forwarded'])
      expect(seen.headers).not.toHaveProperty(name)
    expect(JSON.stringify(seen)).not.toContain(KEY)
    expect(answer.headers.etag).toBe('"7"')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('T-91 passes query and body on unchanged; the service behind refuses unknown parts', async () => {
    const query = '?preveiw=true&preview=&preview=%74rue&__proto__=x&a=b%26c'
    const body = '{"requireBinding":true,"name":"a","name":"b"}'
    const headers = { ...JSON_BODY, 'content-length': String(body.length) }
    const seen = json(await call(`/apps/web${query}`, { method: 'PUT', body, headers }))
    expect(seen.url).toBe(`/api/v1/apps/web${query}`)
    expect(seen.headers['content-length']).toBe(String(body.length))
    expect(seen.body).toEqual({ requireBinding: true, name: 'b' })
  })

  test('a DELETE without a body, even one that names a content type, goes through', async () => {
    expect(json(await call(`/tenants/${TENANT}/users/u/bindings/p`, { method: 'DELETE' }))).toMatchObject({
      method: 'DELETE',
    })
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'T-102 an empty body of %s stays empty, whatever it is said to be',
    async (method) => {
      for (const type of ['application/json', 'text/plain', 'application/json; x', 'a/json; application/json']) {
        const answer = await call('/tenants', { method, headers: { 'content-type': type, 'content-length': '0' } })
        expect([type, answer.status]).toEqual([type, 200])
        expect(json(answer).body ?? null).toBe(null)
      }
    },
  )

  test.each([
    '/tenants/../../internal/hosts/x',
    '/%2e%2e/internal',
    '/tenants/%2e%2e%2f%2e%2e/internal',
    '/tenants//x',
    '/tenants\\..\\x',
    '/tenants/x%00',
    '/tenants/%252e',
  ])('T-70 refuses the path %s', async (path) => {
    const { request } = await import('node:http')
    const { promise, resolve } = Promise.withResolvers<number>()
    const { host, port } = new URL(control)
    request(
      { host: '127.0.0.1', port, path: `/api/v1${path}`, headers: { host, authorization: `Bearer ${KEY}` } },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    ).end()
    expect([400, 404]).toContain(await promise)
  })

  test('IL-01 a body over the limit is 413', async () => {
    const body = 'x'.repeat(1_100_000)
    const answer = await call('/tenants', {
      method: 'POST',
      body,
      headers: { ...JSON_BODY, 'content-length': String(body.length) },
    })
    expect(answer.status).toBe(413)
  })

  test('server-sent events come through as they are sent', async () => {
    const { request } = await import('node:http')
    const { promise, resolve } = Promise.withResolvers<number[]>()
    const { host, port } = new URL(control)
    const arrivals: number[] = []
    const path = `/api/v1/tenants/${TENANT}/sync-runs/r/events`
    request({ host: '127.0.0.1', port, path, headers: { host, authorization: `Bearer ${KEY}` } }, (answer) => {
      answer.on('data', () => arrivals.push(performance.now()))
      answer.on('end', () => resolve(arrivals))
    }).end()
    const [first = 0, second = 0] = await promise
    expect(second - first).toBeGreaterThan(200)
  })

  test('S51 the document is public, names this origin, and is there while the services behind are away', async () => {
    const answer = await send(`${control}/api/v1/openapi.json`)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    const document = json(answer)
    expect(document.servers).toEqual([{ url: control }])
    expect(document.paths).toMatchObject({ '/api/v1/tenants/{tenantId}/users': {}, '/api/v1/signing-keys': {} })
    expect(answer.text).not.toContain('control.phone.example')
    const again = await send(`${control}/api/v1/openapi.json`, {
      headers: { 'if-none-match': String(answer.headers.etag) },
    })
    expect(again.status).toBe(304)
    expect((await send(`${world.originOf('contoso')}/api/v1/openapi.json`)).status).toBe(404)
  })

  test('S51 the type of a problem leads to a public page about its code', async () => {
    const refused = json(await send(`${control}/api/v1/tenants`))
    expect(refused).toMatchObject({ code: 'unauthenticated', type: `${control}/api/v1/problems/unauthenticated` })
    const page = await send(refused.type)
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.text).toContain('Credentials are needed.')
    expect((await send(`${control}/api/v1/problems/constructor`)).status).toBe(404)
  })

  test('T-91 the gateway’s own route takes no parameter', async () => {
    const answer = await call('/openapi.json?fromat=yaml')
    expect([answer.status, json(answer).errors[0].pointer]).toEqual([400, 'fromat'])
  })
})

describe('Control’s session', () => {
  test('S3 of a hand-over link has the handed-over role, not an admin’s', async () => {
    const token = `hand-over-${crypto.randomUUID()}`
    const principal = { id: 'hand-over:1', scope: TENANT, role: 'hand-over' as const, accountId: crypto.randomUUID() }
    world.registry.links.set(token, principal)
    const own = { ...JSON_BODY, 'sec-fetch-site': 'same-origin' }
    const opened = await send(`${control}/auth/control/session`, {
      method: 'POST',
      headers: own,
      body: JSON.stringify({ token }),
    })
    expect(json(opened)).toEqual(principal)
    const cookie = (opened.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? ''
    expect(json(await send(`${control}/auth/control/session`, { headers: { cookie } }))).toEqual(principal)
    const users = await send(`${control}/api/v1/tenants/${TENANT}/users`, {
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    })
    expect([users.status, json(users).code]).toEqual([403, 'forbidden'])
  })

  test('AD-10 T-22 of a tenant’s admin ends with the tenant; those of the platform and of other tenants stay', async () => {
    const removed = crypto.randomUUID()
    const sessions = await Promise.all([removed, TENANT, 'platform'].map(givenSession))
    const look = () =>
      Promise.all(
        sessions.map(
          async ({ cookie }) => (await send(`${control}/auth/control/session`, { headers: { cookie } })).status,
        ),
      )
    expect(await look()).toEqual([200, 200, 200])
    world.registry.removed.add(removed)
    expect(await look()).toEqual([401, 200, 200])
    const headers = { cookie: sessions[0]?.cookie ?? '', 'sec-fetch-site': 'same-origin' }
    expect((await send(`${control}/api/v1/tenants`, { headers })).status).toBe(401)
  })

  test('begins with a one-time link, which works once', async () => {
    const { token, line, answer, cookie } = await givenSession()
    expect(answer.status).toBe(200)
    expect(line).toMatch(/^__Host-jackfield-control=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    const looked = await send(`${control}/auth/control/session`, { headers: { cookie } })
    expect(json(looked)).toEqual({ id: 'control:1', scope: 'platform', role: 'admin' })
    const again = await send(`${control}/auth/control/session`, {
      method: 'POST',
      headers: { ...JSON_BODY, 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ token }),
    })
    expect([again.status, json(again).code]).toEqual([401, 'link-not-valid'])
    const { rows } = await world.pool.query(
      `select string_agg(key || encode(payload, 'escape'), '') as all from gateway.short_lived_record`,
    )
    expect(rows[0].all).not.toContain(cookie.split('=')[1])
  })

  test('T-91 unknown members are refused: nobody enters, and nobody is signed out', async () => {
    const { cookie } = await givenSession()
    const url = `${control}/auth/control/session`
    const headers = { ...JSON_BODY, 'sec-fetch-site': 'same-origin' }
    world.registry.links.set('strict-link', { id: 'control:2', scope: 'platform', role: 'admin' })
    const entered = await send(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token: 'strict-link', scoep: 'x' }),
    })
    expect([entered.status, json(entered).errors[0].pointer, entered.headers['set-cookie']]).toEqual([
      400,
      '/scoep',
      undefined,
    ])
    const ended = await send(`${url}?all=true`, {
      method: 'DELETE',
      headers: { 'sec-fetch-site': 'same-origin', cookie },
    })
    expect([ended.status, json(ended).errors[0].pointer]).toEqual([400, 'all'])
    expect((await send(url, { headers: { cookie } })).status).toBe(200)
    const begun = JSON.stringify({ tenant: 'contoso', chooseAnotehr: true })
    const sent = await send(`${control}/auth/control/sign-ins`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: begun,
    })
    expect([sent.status, json(sent).errors[0].pointer]).toEqual([400, '/chooseAnotehr'])
    expect((await send(url, { headers: { cookie } })).status).toBe(200)
  })

  test('opens the admin API, and ends when it is signed out', async () => {
    const { cookie } = await givenSession()
    expect(json(await send(`${control}/api/v1/tenants/${TENANT}/users`, { headers: { cookie } })).caller).toMatchObject(
      {
        sub: 'control:1',
        scope: 'platform',
      },
    )
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    expect((await send(`${control}/auth/control/session`, { method: 'DELETE', headers })).status).toBe(204)
    expect((await send(`${control}/auth/control/session`, { headers: { cookie } })).status).toBe(401)
    expect((await send(`${control}/api/v1/tenants`, { headers: { cookie } })).status).toBe(401)
  })

  test.each<[string, Record<string, string>, number]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }, 403],
    ['an address bar', { 'sec-fetch-site': 'none' }, 403],
    ['another origin, in an old browser', { origin: 'https://evil.test' }, 403],
    ['nobody who says', {}, 403],
    ['Control itself', { 'sec-fetch-site': 'same-origin' }, 200],
    ['Control itself, in an old browser', { origin: 'CONTROL' }, 200],
  ])('T-23 SC-12 a change in its name that comes from %s', async (_who, proof, status) => {
    const { cookie } = await givenSession()
    const own = Object.fromEntries(
      Object.entries(proof).map(([name, value]) => [name, value === 'CONTROL' ? control : value]),
    )
    const changed = await send(`${control}/api/v1/tenants/${TENANT}/users`, {
      method: 'POST',
      body: '{}',
      headers: { ...JSON_BODY, 'content-length': '2', cookie, ...own },
    })
    expect(changed.status).toBe(status)
    expect(
      (await send(`${control}/auth/control/session`, { method: 'DELETE', headers: { cookie, ...own } })).status,
    ).toBe(status === 200 ? 204 : 403)
  })

  test('T-22 SC-07 ends after an hour without use, and after eight hours of use', async () => {
    const idle = await givenSession()
    const busy = await givenSession()
    const look = async ({ cookie }: { cookie: string }) =>
      (await send(`${control}/auth/control/session`, { headers: { cookie } })).status
    try {
      world.time.shift += 3_601
      expect(await look(idle)).toBe(401)
      world.time.shift = 0
      for (let hours = 0; hours < 8; hours += 0.5) {
        world.time.shift = hours * 3_600
        expect([hours, await look(busy)]).toEqual([hours, 200])
      }
      world.time.shift = 8 * 3_600
      expect(await look(busy)).toBe(401)
    } finally {
      world.time.shift = 0
    }
  })
})

describe('Control’s files', () => {
  test('are served on the Control host, with its index for its own addresses', async () => {
    for (const path of ['/', '/enter', '/tenants/x/users']) {
      const answer = await send(control + path)
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-cache'])
      expect(answer.text).toContain('<title>Control</title>')
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'")
    }
    const asset = await send(`${control}/assets/main-1a2b.js`)
    expect([asset.status, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect((await send(`${control}/assets/none.js`)).status).toBe(404)
    expect((await send(`${world.baseUrl}/`)).status).toBe(404)
  })
})
