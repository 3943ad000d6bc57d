import { createHmac, randomBytes } from 'node:crypto'
import { problemPlugin } from '@jackfield/problem/problem-plugin'
import { fastify } from 'fastify'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { internalTokenPlugin, requireAdmin, requireService } from '../src/internal-token-plugin.ts'
import { serviceClient } from '../src/service-client.ts'
import { internalTokenSigner, keyId } from '../src/sign-internal-token.ts'

const [current, former, foreign] = [randomBytes(32), randomBytes(48), randomBytes(32)]
const tenant = '01999999-0000-7000-8000-000000000001'
const other = '01999999-0000-7000-8000-000000000002'

const app = fastify()
await app.register(problemPlugin)
await app.register(internalTokenPlugin, { audience: 'roster', keys: [current, former] })
await app.register(async (admin) => {
  admin.addHook('onRequest', requireAdmin)
  admin.get('/tenants/:tenantId', async (request) => request.caller)
  admin.post('/tenants/:tenantId', async () => ({ done: true }))
  admin.get('/tenants', async () => [])
  admin.post('/tenants/:tenantId/handed-over', { config: { handOver: true } }, async () => ({ done: true }))
})
await app.register(async (internal) => {
  internal.addHook('onRequest', requireService)
  internal.get('/internal/thing', async () => ({ name: 'thing' }))
  internal.get('/internal/broken', async () => ({ unexpected: true }))
})
afterAll(() => app.close())

const sign = internalTokenSigner('auth-gateway', [current])
const admin = { aud: 'roster', sub: 'api-key:1', scope: 'platform', role: 'admin' } as const

function get(url: string, token?: string, method: 'GET' | 'POST' = 'GET') {
  return app.inject({ method, url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
}

test('T-90 AD-01 without a token, with garbage or a token for another service there is nothing but 401', async () => {
  const forged = (header: object, key: Buffer) => {
    const body = [header, { ...admin, iss: 'auth-gateway', iat: 1, exp: 9_999_999_999 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
  }
  const none = `${forged({ alg: 'none', typ: 'JWT' }, current).split('.').slice(0, 2).join('.')}.`
  const tokens = [
    undefined,
    'garbage',
    none,
    sign({ ...admin, aud: 'tenant-registry' }),
    internalTokenSigner('auth-gateway', [foreign])(admin),
    forged({ alg: 'HS256', kid: keyId(current) }, foreign),
  ]
  for (const token of tokens) {
    const answer = await get(`/tenants/${tenant}`, token)
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'unauthenticated' })
  }
})

test('T-90 the token names the admin it is for, and every key of the list verifies', async () => {
  for (const key of [current, former]) {
    const answer = await get(`/tenants/${tenant}`, internalTokenSigner('auth-gateway', [key])(admin))
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ sub: 'api-key:1', scope: 'platform', role: 'admin', iss: 'auth-gateway' })
  }
})

test('T-90 AD-02 a tenant’s admin sees a foreign tenant as a missing one, and nothing above tenants', async () => {
  const token = sign({ ...admin, scope: tenant })
  expect((await get(`/tenants/${tenant}`, token)).statusCode).toBe(200)
  expect((await get(`/tenants/${other}`, token)).statusCode).toBe(404)
  expect((await get('/tenants', token)).statusCode).toBe(403)
})

test('T-90 the role read changes nothing', async () => {
  const token = sign({ ...admin, role: 'read' })
  expect((await get(`/tenants/${tenant}`, token)).statusCode).toBe(200)
  expect((await get(`/tenants/${tenant}`, token, 'POST')).statusCode).toBe(403)
})

test('S3 T-90 the holder of a hand-over link comes in only where a route says so, and never to a foreign tenant', async () => {
  const token = sign({ ...admin, sub: 'hand-over:1', scope: tenant, role: 'hand-over' })
  expect((await get(`/tenants/${tenant}/handed-over`, token, 'POST')).statusCode).toBe(200)
  expect((await get(`/tenants/${other}/handed-over`, token, 'POST')).statusCode).toBe(404)
  for (const method of ['GET', 'POST'] as const)
    expect((await get(`/tenants/${tenant}`, token, method)).statusCode).toBe(403)
  for (const url of ['/tenants', '/internal/thing']) expect((await get(url, token)).statusCode).toBe(403)
})

test('T-90 admins do not reach internal routes, services do not reach admin routes', async () => {
  expect((await get('/internal/thing', sign(admin))).statusCode).toBe(403)
  expect((await get(`/tenants/${tenant}`, sign({ ...admin, role: 'service' }))).statusCode).toBe(403)
})

test('T-115 a call between services gives the parsed answer, undefined for 404, and tells failures apart', async () => {
  const baseUrl = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = serviceClient({ issuer: 'auth-gateway', audience: 'roster', baseUrl, keys: [current] })
  const Thing = z.object({ name: z.string() })
  expect(await client.find('/internal/thing', Thing)).toEqual({ name: 'thing' })
  expect(await client.find('/internal/nothing', Thing)).toBeUndefined()
  await expect(client.find('/internal/broken', Thing)).rejects.toMatchObject({ code: 'malformed' })
  const stranger = serviceClient({ issuer: 'auth-gateway', audience: 'roster', baseUrl, keys: [foreign] })
  await expect(stranger.find('/internal/thing', Thing)).rejects.toMatchObject({ status: 401, code: 'unauthenticated' })
  const nowhere = serviceClient({
    issuer: 'auth-gateway',
    audience: 'roster',
    baseUrl: 'http://127.0.0.1:9',
    keys: [current],
  })
  await expect(nowhere.find('/internal/thing', Thing)).rejects.toMatchObject({ status: 0, code: 'unreachable' })
})
