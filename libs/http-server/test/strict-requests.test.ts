import { afterAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createServer } from '../src/create-server.ts'
import { strictRequestsPlugin } from '../src/strict-requests-plugin.ts'

let deleted = 0
const app = createServer({ name: 'test', logLevel: 'silent', healthChecks: {} })
app.register(
  async (scope) => {
    await scope.register(strictRequestsPlugin)
    scope.delete('/thing', async () => ({ deleted: ++deleted }))
    scope.get('/thing', { schema: { querystring: z.strictObject({ limit: z.string().optional() }) } }, async () => ({}))
    scope.put('/image', { schema: { consumes: ['application/json'] } }, async () => ({}))
  },
  { prefix: '/strict' },
)
app.register(async (scope) => scope.delete('/thing', async () => ({})), { prefix: '/internal' })
beforeEach(() => {
  deleted = 0
})
afterAll(() => app.close())

test('T-91 a route that declares no query refuses every parameter, and its handler does not run', async () => {
  const answer = await app.inject({ method: 'DELETE', url: '/strict/thing?preveiw=true' })
  expect([answer.statusCode, answer.json().code, deleted]).toEqual([400, 'invalid-request', 0])
  expect(answer.json().errors).toEqual([
    {
      path: 'querystring',
      message: 'Unrecognized key: "preveiw"',
      pointer: 'preveiw',
      in: 'query',
      code: 'unknown-parameter',
      detail: 'There is no parameter "preveiw" here.',
    },
  ])
  expect((await app.inject({ method: 'HEAD', url: '/strict/thing?limt=1' })).statusCode).toBe(400)
  expect((await app.inject('/strict/thing?limit=1')).statusCode).toBe(200)
})

test('T-91 a route that takes no body refuses one that says something; nothing, null and an empty object say nothing', async () => {
  const send = (payload: string) =>
    app.inject({ method: 'DELETE', url: '/strict/thing', payload, headers: { 'content-type': 'application/json' } })
  for (const payload of ['{"preview":true}', '[]', '"yes"', '0', 'false'])
    expect((await send(payload)).json(), payload).toMatchObject({
      status: 400,
      errors: [{ code: 'unexpected-body', in: 'body' }],
    })
  expect(deleted).toBe(0)
  for (const payload of ['{}', 'null']) expect((await send(payload)).statusCode, payload).toBe(200)
  expect((await app.inject({ method: 'DELETE', url: '/strict/thing' })).statusCode).toBe(200)
})

test('T-91 a route that reads its body by itself gets it, and routes outside the scope stay tolerant', async () => {
  expect((await app.inject({ method: 'PUT', url: '/strict/image', payload: { pixels: 1 } })).statusCode).toBe(200)
  expect(
    (await app.inject({ method: 'DELETE', url: '/internal/thing?added=later', payload: { added: 1 } })).statusCode,
  ).toBe(200)
})
