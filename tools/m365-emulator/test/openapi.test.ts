import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Cloud } from '../src/cloud.ts'
import { control } from '../src/control/control.ts'
import { type M365Emulator, startEmulator } from '../src/emulator.ts'

type Document = {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, { operationId: string; requestBody?: unknown; parameters: { name: string }[] }>>
}

let m365: M365Emulator
let document: Document
beforeAll(async () => {
  m365 = await startEmulator()
  document = (await (await fetch(`${m365.origin}/_emulator/openapi.json`)).json()) as Document
})
afterAll(() => m365.close())

test('the document names every route of the control API, and no other', async () => {
  const routes = new Set<string>()
  const app = fastify()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.add(`${one} ${url}`)
  })
  await app.register(control, { cloud: {} as Cloud, key: undefined, prefix: '/_emulator' })
  const named = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} /_emulator${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(routes.size).toBeGreaterThan(40)
  expect(named.sort()).toEqual([...routes].sort())
  await app.close()
})

test('each operation has a name of its own, its parameters, and a body without references', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, ...operation })),
  )
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { path, parameters } of operations)
    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(parameters.map((one) => one.name)).toContain(name)
  expect(JSON.stringify(document)).not.toContain('$ref')
  expect(document.paths['/directories/{d}/users']?.post?.requestBody).toMatchObject({
    content: { 'application/json': { schema: { required: expect.arrayContaining(['userPrincipalName']) } } },
  })
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: `${m365.origin}/_emulator` }] })
})
