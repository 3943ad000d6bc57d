import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { send } from './browser.ts'
import { givenGateway, type World } from './given.ts'

const KEY = 'jf_test_0123456789abcdef'
let world: World
let port: number
beforeAll(async () => {
  port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  world = await givenGateway({ backends: { registry: url, roster: url } })
  world.registry.keys.set(KEY, { id: 'key:1', scope: 'platform', role: 'admin' })
})
afterAll(() => world?.close())

test.each([
  { method: 'POST', path: '/tenants', body: '{"slug":"adatum","name":"Adatum"}' },
  { method: 'GET', path: '/tenants' },
])(
  'FC-63 $method $path is sent again when the service behind has refused the connection',
  async ({ method, path, body }) => {
    const asked: string[] = []
    const behind = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    const comeBack = () => {
      if (!behind.listening) behind.listen(port, '127.0.0.1')
    }
    subscribe('undici:client:connectError', comeBack)
    const headers = { authorization: `Bearer ${KEY}`, ...(body && { 'content-type': 'application/json' }) }
    const answer = await send(`${world.originOf('control')}/api/v1${path}`, { method, headers, ...(body && { body }) })
    unsubscribe('undici:client:connectError', comeBack)
    behind.closeAllConnections()
    await new Promise((resolve) => behind.close(resolve))
    expect(answer.status).toBe(200)
    expect(new Set(asked)).toEqual(new Set([`${method} /api/v1${path}`]))
    if (method === 'POST') expect(asked).toHaveLength(1)
  },
)
