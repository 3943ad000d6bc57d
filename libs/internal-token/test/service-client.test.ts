import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { serviceClient } from '../src/service-client.ts'

let server: Server
let asked: string[]
/** So many of the next requests find their connection closed, without an answer. */
let closed: number
beforeEach(async () => {
  asked = []
  closed = 0
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    closed -= 1
    if (closed >= 0) return void request.socket.destroy()
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"Contoso"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

function client() {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return serviceClient({ issuer: 'auth-gateway', audience: 'tenant-registry', baseUrl, keys: [Buffer.alloc(32, 1)] })
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
