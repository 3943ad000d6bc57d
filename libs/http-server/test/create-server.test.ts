import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { Writable } from 'node:stream'
import { defineErrors } from '@jackfield/problem/app-error'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createServer } from '../src/create-server.ts'
import { openapiPlugin } from '../src/openapi-plugin.ts'

let log = ''
let healthy = true
const logTo = new Writable({
  write(chunk, _encoding, done) {
    log += chunk
    done()
  },
})
const refuse = defineErrors({ 'extension-taken': { status: 409, title: 'The extension is taken.' } })
const app = createServer({
  name: 'test',
  logLevel: 'debug',
  logTo,
  bodyLimit: 1000,
  healthChecks: {
    store: async () => {
      if (!healthy) throw new Error('password=hunter2 refused at 10.0.0.1')
    },
  },
})
app.register(openapiPlugin, { title: 'Test', version: '1.0.0' })
app.register(async (routes) => {
  routes.get('/taken', async () => {
    throw refuse('extension-taken', { members: { holder: { displayName: 'Adele' } }, cause: new Error('inner') })
  })
  routes.get('/named/:name', async () => ({ ok: true }))
  routes.get('/crash', async () => {
    throw new Error('select * from secrets at db.internal')
  })
  routes.get('/down', async () => {
    throw new Error('query failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
  })
  routes
    .withTypeProvider<never>()
    .post('/things', { schema: { body: z.object({ name: z.string().min(2) }) } }, async () => ({ ok: true }))
})
beforeEach(() => {
  log = ''
  healthy = true
})
afterAll(() => app.close())

test('S51 a refusal is problem details with its code, its members and the request id', async () => {
  const answer = await app.inject({ url: '/taken' })
  expect(answer.statusCode).toBe(409)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.json()).toMatchObject({
    code: 'extension-taken',
    status: 409,
    holder: { displayName: 'Adele' },
    requestId: answer.headers['x-request-id'],
  })
})

test('SE-10 an unexpected error tells nothing of the inside, the log tells it once', async () => {
  const answer = await app.inject({ url: '/crash' })
  expect(answer.statusCode).toBe(500)
  expect(answer.json()).toMatchObject({ code: 'internal-error' })
  expect(answer.body).not.toContain('secrets')
  expect(log.split('\n').filter((line) => line.includes('select * from secrets'))).toHaveLength(1)
})

test('S51 the log says once why a service is not ready any more, and once when it is again', async () => {
  const linesOf = (message: string) =>
    log.split('\n').flatMap((line) => (line.includes(`"msg":"${message}"`) ? [JSON.parse(line)] : []))
  const probe = async (path: string) => (await app.inject({ url: path, headers: { host: '127.0.0.1' } })).statusCode
  expect(await probe('/health/ready')).toBe(200)
  log = ''
  healthy = false
  // A load balancer asks here, where the answer stays the same.
  for (let each = 0; each < 3; each += 1) expect(await probe('/health/serving')).toBe(200)
  await expect.poll(() => linesOf('not ready')).toHaveLength(1)
  for (let each = 0; each < 3; each += 1) expect(await probe('/health/ready')).toBe(503)
  expect(linesOf('not ready')).toMatchObject([
    { level: 40, reasons: { store: 'password=hunter2 refused at 10.0.0.1' } },
  ])
  healthy = true
  for (let each = 0; each < 3; each += 1) expect(await probe('/health/ready')).toBe(200)
  expect(linesOf('ready')).toHaveLength(1)
  expect(linesOf('not ready')).toHaveLength(1)
})

test('T-115 a store that is down is 503 with Retry-After, not 500', async () => {
  const answer = await app.inject({ url: '/down' })
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['retry-after']).toBe('2')
})

test('T-91 AD-07 bodies are validated whatever their content type, and the wrong field is named', async () => {
  const post = (payload: string, headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/things', payload, headers })
  const wrong = await post('{"name":"x"}', { 'content-type': 'application/json' })
  expect(wrong.statusCode).toBe(400)
  expect(wrong.json().errors[0].path).toBe('body.name')
  expect((await post('{"name":"xy"}', {})).statusCode).toBe(415)
  expect((await post('{"name":"xy"}', { 'content-type': 'text/plain' })).statusCode).toBe(400)
  expect((await post('{"name":', { 'content-type': 'application/json' })).statusCode).toBe(400)
  expect(
    (await post(JSON.stringify({ name: 'x'.repeat(2000) }), { 'content-type': 'application/json' })).statusCode,
  ).toBe(413)
})

test('T-91 half a surrogate pair in a body is refused; whole pairs and look-alikes are accepted', async () => {
  const post = (payload: string) =>
    app.inject({ method: 'POST', url: '/things', payload, headers: { 'content-type': 'application/json' } })
  for (const broken of [
    '{"name":"ab\\ud800"}',
    '{"name":"\\udC00ab"}',
    '{"name":"ab","\\ud800":1}',
    '{"name":"ab","more":[{"x":"\\uDfff\\ud800"}]}',
  ]) {
    const answer = await post(broken)
    expect([answer.statusCode, answer.json().code], broken).toEqual([400, 'invalid-request'])
  }
  for (const whole of ['{"name":"ab\\ud83d\\ude00"}', '{"name":"\\\\ud800"}', '{"name":"ab😀"}'])
    expect((await post(whole)).statusCode, whole).toBe(200)
  expect((await post('{"name":"ab","__proto__":{}}')).statusCode).toBe(400)
})

test.each([
  ['that is no text', '/named/%zz', 400],
  ['that is longer than any of ours', `/named/${'x'.repeat(300)}`, 414],
])(
  'SE-10 an address %s is refused like everything else, and what stood behind the question mark stays out of the log',
  async (_what, path, status) => {
    const answer = await app.inject(`${path}?code=canary-code`)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ])
    expect(answer.json()).toMatchObject({ status, code: expect.any(String), requestId: answer.headers['x-request-id'] })
    expect(answer.body).not.toContain(path)
    expect(log).not.toContain('canary-code')
  },
)

test('DO-16 liveness stays 200 and readiness turns 503 without telling why', async () => {
  expect((await app.inject('/health/ready')).statusCode).toBe(200)
  healthy = false
  expect((await app.inject('/health/live')).statusCode).toBe(200)
  const answer = await app.inject('/health/ready')
  expect(answer.statusCode).toBe(503)
  expect(answer.body).not.toContain('hunter2')
})

test('FC-68 a replica joins the load balancer once it was ready, and stays while a store is lost, until it drains', async () => {
  let isWhole = false
  const store = async () => {
    if (!isWhole) throw new Error('ECONNREFUSED')
  }
  const replica = createServer({ name: 'replica', logLevel: 'silent', healthChecks: { store } })
  const serving = async () => (await replica.inject('/health/serving')).statusCode
  expect(await serving()).toBe(503)
  isWhole = true
  expect(await serving()).toBe(200)
  isWhole = false
  expect([await serving(), (await replica.inject('/health/ready')).statusCode]).toEqual([200, 503])
  replica.drain()
  expect(await serving()).toBe(503)
  await replica.close()
})

test('SE-02 queries, cookies and authorization never reach the log', async () => {
  await app.inject({
    url: '/taken?code=canary-code&state=canary-state',
    headers: { authorization: 'Bearer canary-token', cookie: 'session=canary-cookie' },
  })
  expect(log).toContain('/taken')
  expect(log).not.toContain('canary')
})

test('S51 metrics count requests by route, the OpenAPI document comes from the schemas', async () => {
  await app.inject('/taken')
  expect((await app.inject('/metrics')).body).toMatch(
    /http_request_duration_seconds_count\{service="test",method="GET",route="\/taken",status="409"\} \d/,
  )
  expect(app.swagger()).toMatchObject({ openapi: '3.1.0', paths: { '/things': { post: {} } } })
})

test('IL-01 a head of 64 KiB, ten thousand parameters and a body of ten times the limit are refused, and the next request is served', async () => {
  const app = createServer({ name: 'test', logLevel: 'silent', healthChecks: {} })
  app.post('/things', async () => ({ ok: true }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const statusOf = async (head: string, parts = 0) => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    let answer = ''
    socket.on('data', (part) => {
      answer += part
    })
    socket.on('error', () => undefined) // what nobody reads any more
    const ended = new Promise((closed) => socket.on('close', closed))
    socket.write(`${head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`)
    socket.write(parts > 0 ? `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` : '\r\n')
    for (let part = 0; part < parts && answer === ''; part++) {
      await new Promise((done) => socket.write(`10000\r\n${' '.repeat(65_536)}\r\n`, done))
    }
    await ended
    return Number(answer.split(' ')[1])
  }
  const query = Array.from({ length: 10_000 }, (_, at) => `p${at}=1`).join('&')
  expect(await statusOf('GET /health/live')).toBe(200)
  expect(await statusOf(`GET /health/live?${query}`)).toBe(431)
  expect(await statusOf(`GET /health/live HTTP/1.1\r\nX-Long: ${'x'.repeat(65_536)}\r\nX-Rest:`)).toBe(431)
  expect(await statusOf('POST /things', 160)).toBe(413)
  expect(await statusOf('GET /health/live')).toBe(200)
  await app.close()
})

test('QC-02 a connection that a client opened and has not used yet does not hold up the end of a service', async () => {
  const app = createServer({ name: 'test', logLevel: 'silent', healthChecks: {} })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  await once(app.server, 'connection')
  const ended = once(socket, 'close')
  socket.resume()
  const started = performance.now()
  await app.close()
  await ended
  expect(performance.now() - started).toBeLessThan(5_000)
})
