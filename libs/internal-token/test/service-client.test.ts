import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { serviceClient } from '../src/service-client.ts'

let server: Server
let asked: string[]
/** So many of the next requests find their connection closed, without an answer. */
let closed: number
let tokens: Array<string | undefined>
let answer: string
beforeEach(async () => {
  asked = []
  closed = 0
  tokens = []
  answer = '{"name":"Contoso"}'
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    tokens.push(request.headers.authorization)
    closed -= 1
    if (closed >= 0) return void request.socket.destroy()
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

function client(now?: () => number) {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return serviceClient(
    { issuer: 'auth-gateway', audience: 'tenant-registry', baseUrl, keys: [Buffer.alloc(32, 1)] },
    now,
  )
}
const Named = z.object({ name: z.string() })
const UNREACHABLE = { name: 'ServiceCallError', status: 0, code: 'unreachable' }

test('a question whose connection was just closed is asked again, once', async () => {
  const { find } = client()
  closed = 1
  expect(await find('/one', Named)).toEqual({ name: 'Contoso' })
  expect(asked).toEqual(['GET /one', 'GET /one'])
  closed = 2
  await expect(find('/two', Named)).rejects.toMatchObject(UNREACHABLE)
  expect(asked.slice(2)).toEqual(['GET /two', 'GET /two'])
})

test('a change is not sent twice: whether the first arrived is unknown', async () => {
  closed = 1
  await expect(client().post('/one', {}, Named)).rejects.toMatchObject(UNREACHABLE)
  expect(asked).toEqual(['POST /one'])
})

test('a service that is not there does not answer', async () => {
  const { find } = client()
  await new Promise((resolve) => server.close(resolve))
  await expect(find('/one', Named)).rejects.toMatchObject(UNREACHABLE)
})

test.each(['find', 'post'] as const)(
  'FC-63 %s is sent again after a refused connection, which has carried nothing',
  async (ask) => {
    const { find, post } = client()
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    let refused = 0
    const comeBack = () => {
      refused += 1
      if (refused === 2) server.listen(port, '127.0.0.1')
    }
    subscribe('undici:client:connectError', comeBack)
    const answered = ask === 'find' ? find('/one', Named) : post('/one', {}, Named)
    expect(await answered.finally(() => unsubscribe('undici:client:connectError', comeBack))).toEqual({
      name: 'Contoso',
    })
    expect([refused, asked]).toEqual([2, [ask === 'find' ? 'GET /one' : 'POST /one']])
  },
)

test('an answer that says the same as the one before is the one before; any other is read and checked', async () => {
  const { find } = client()
  const first = await find('/one', Named)
  expect(await find('/one', Named, first)).toBe(first)
  expect(await find('/one', Named)).not.toBe(first)
  answer = '{"name":"Fabrikam"}'
  expect(await find('/one', Named, first)).toEqual({ name: 'Fabrikam' })
  expect(await find('/one', Named, { name: 'never answered' })).toEqual({ name: 'Fabrikam' })
  answer = '{"name":1}'
  await expect(find('/one', Named, first)).rejects.toMatchObject({ name: 'ServiceCallError', code: 'malformed' })
})

test('T-90 a token serves for a quarter of the minute that it lives, and never past it', async () => {
  const start = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  const { find } = client(Date.now)
  for (const seconds of [0, 15, 16, 31, 32]) {
    vi.setSystemTime(start + seconds * 1_000)
    await find('/one', Named)
  }
  vi.useRealTimers()
  const [first, ...later] = tokens.map((token = '') =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
  )
  expect(later.map(({ iat }) => iat - first.iat)).toEqual([0, 16, 16, 32])
  expect(first.exp - first.iat).toBe(60)
})
