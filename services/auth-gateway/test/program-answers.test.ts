import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenBackend } from './admin-backend.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

const KEY = 'jf_test_0123456789abcdef'
let world: World
let backend: Awaited<ReturnType<typeof givenBackend>>
beforeAll(async () => {
  backend = await givenBackend('tenant-registry')
  world = await givenGateway({ backends: { registry: backend.url, roster: backend.url }, rateLimitFactor: 0.1 })
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  world.registry.keys.set(KEY, { id: 'key:1', scope: 'platform', role: 'admin' })
})
afterAll(async () => {
  await world.close()
  await backend.app.close()
})

/** With the path as it is written: URLs resolve its dots. */
async function askFor(path: string, method: string) {
  const headers = { host: new URL(world.originOf('control')).host, authorization: `Bearer ${KEY}` }
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>()
  request({ host: '127.0.0.1', port: world.port, path, method, headers }, resolve).end()
  const answer = await promise
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) }
}

test.each([
  '/api/v1/..',
  '/api/v1/../internal/keys',
  '/api/v1/tenants/../../internal',
  '/api/v1/tenants/%2e%2e/x',
  '/api/v1/tenants/%2E./x',
  '/api/v1/tenants/.%2e',
  '/api/v1/%2e/tenants',
  '/api/v1/tenants/./x',
  '/api/v1//tenants',
  '/api/v1/tenants/a%2fb',
  '/api/v1/tenants/a%5cb',
  '/api/v1/tenants/%252e%252e/x',
  '/api/v1/tenants/%zz',
  '/api/v1/tenants/../sync-runs/x/events',
  '/api/v1/tenants/x/sync-runs/%2e%2e/events',
  '/api/v1/tenants/...',
  '/api/v1/tenants/..%00',
])('FC-16 the admin path %s is answered with problem details', async (path) => {
  for (const method of ['GET', 'POST', 'DELETE']) {
    const { status, type, body } = await askFor(path, method)
    expect([path, method, status, type]).toEqual([path, method, 400, 'application/problem+json; charset=utf-8'])
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: expect.stringMatching(/^invalid-(?:path|request)$/) })
  }
})

const ENDPOINTS = ['token', 'par', 'introspect', 'revoke', 'userinfo', 'device_authorization']
const form = { 'content-type': 'application/x-www-form-urlencoded' }

test.each(ENDPOINTS)(
  'FC-16 a refusal of /auth/%s is JSON: a foreign origin, an unknown host, too many requests',
  async (path) => {
    const ask = (url: string, headers = {}) =>
      send(`${url}/auth/${path}`, { method: 'POST', headers: { ...form, ...headers } })
    const contoso = world.originOf('contoso')
    const answers = [
      await ask(contoso, { origin: 'https://evil.example' }),
      await ask(world.originOf('nobody')),
      await ask(world.baseUrl),
    ]
    for (let count = 0; count < 125; count++) {
      const answer = await ask(contoso)
      if (answer.status === 429) answers.push(answer)
    }
    for (const { status, headers, text } of answers) {
      expect([status, headers['content-type']]).toEqual([status, 'application/json; charset=utf-8'])
      expect(JSON.parse(text)).toMatchObject({ error: expect.any(String), error_description: expect.any(String) })
    }
    expect(answers.every(({ status }) => status >= 400 && status < 500)).toBe(true)
  },
)
