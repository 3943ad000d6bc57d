import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serviceClient } from '@jackfield/internal-token/service-client'
import * as client from 'openid-client'
import { afterEach, expect, test } from 'vitest'
import { registryClient } from '../src/adapters/services/registry-client.ts'
import { rosterClient } from '../src/adapters/services/roster-client.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { movableClock } from './movable-clock.ts'
import { signIn } from './oidc-client.ts'

// Another service over real HTTP, which is away for a while.

const closers: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function givenService(answer: RequestListener) {
  let isAway = false
  const server = createServer((request, response) => {
    request.resume()
    if (isAway) response.writeHead(503).end()
    else answer(request, response)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  closers.push(close)
  return {
    of: (audience: string) =>
      serviceClient({
        issuer: 'auth-gateway',
        audience,
        baseUrl: `http://127.0.0.1:${port}`,
        keys: [Buffer.alloc(32, 7)],
      }),
    /** In each of the ways: `refuses` connections, or `fails` with 503. */
    async leave(way: 'refuses' | 'fails') {
      if (way === 'refuses') await close()
      else isAway = true
    },
    async comeBack() {
      isAway = false
      if (!server.listening) await listen(port)
    },
  }
}

test.each(['refuses', 'fails'] as const)(
  'FC-73 T-22 a roster that %s for 5 s signs nobody out of forward-auth; its answer counts for 30 s, and issues no token',
  async (way) => {
    const moveOn = movableClock()
    let world: World | undefined
    const service = await givenService((request, response) => {
      const [, , , tenantId, , id] = new URL(request.url ?? '', 'http://roster').pathname.split('/')
      const query = new URL(request.url ?? '', 'http://roster').searchParams
      const found = world?.roster.people.find(
        (person) => person.tenantId === tenantId && (id ? person.id === id : person.objectId === query.get('objectId')),
      )
      response
        .writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(found ?? { code: 'not-found' }))
    })
    world = await givenGateway()
    Object.assign(world.roster, rosterClient(service.of('user-sync-worker')))
    const { close } = world
    closers.push(close)
    const origin = world.originOf('contoso')
    givenApp(world, 'web-client')
    givenApp(world, 'desk', { kind: 'server', requiresBinding: true })
    const person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
    const { app, tokens, browser } = await signIn(world, 'contoso')
    const cookie = browser.cookies
      .filter(({ host }) => host === 'contoso.phone.localhost')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const verify = async (path = '/auth/verify') => (await send(origin + path, { headers: { cookie } })).status
    expect(await verify()).toBe(200)

    await service.leave(way)
    for (let second = 0; second < 5; second += 1) {
      await moveOn(1_000)
      expect([await verify(), await verify('/auth/session'), await verify('/auth/verify/apps/desk')]).toEqual([
        200, 200, 403,
      ])
    }
    await expect(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      cause: { status: 503 },
    })
    await service.comeBack()
    await moveOn(1_000)
    expect(await verify()).toBe(200)
    const renewed = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
    expect(renewed.access_token).toBeTypeOf('string')

    await service.leave(way)
    await moveOn(29_000)
    expect(await verify()).toBe(200)
    await moveOn(1_000)
    expect(await verify()).toBe(503)
    await service.comeBack()
    await moveOn(1_000)
    expect(await verify()).toBe(200)

    person.status = 'disabled'
    await moveOn(1_000)
    expect(await verify()).toBe(401)
    await service.leave(way)
    await moveOn(1_000)
    expect(await verify()).toBe(401)
  },
)

test.each(['refuses', 'fails'] as const)(
  'FC-73 T-22 a registry that %s leaves API keys and administrators as they were for 30 s, and none that it has revoked',
  async (way) => {
    const moveOn = movableClock()
    const id = 'a1c50da8-6a4c-4f4c-9b0e-6f8f7f6f0f10'
    const administrator = {
      id,
      scope: 'platform',
      role: 'admin',
      signInTenantId: id,
      directoryId: id,
      objectId: id,
      displayName: 'Ada',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    }
    let isRevoked = false
    const service = await givenService((request, response) => {
      const answer = request.method === 'POST' ? { id: 'key:1', scope: 'platform', role: 'admin' } : administrator
      response
        .writeHead(isRevoked ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(isRevoked ? {} : answer))
    })
    const registry = registryClient(service.of('tenant-registry'))
    const outcome = (asked: Promise<string | undefined>) => asked.catch(({ name }: Error) => name)
    const known = () =>
      Promise.all([
        outcome(registry.authenticateApiKey('jf_test_0123456789abcdef').then((principal) => principal?.id)),
        outcome(registry.findAdministrator(id).then((found) => found?.displayName)),
      ])
    expect(await known()).toEqual(['key:1', 'Ada'])
    await service.leave(way)
    await moveOn(29_000)
    expect(await known()).toEqual(['key:1', 'Ada'])
    await moveOn(1_000)
    expect(await known()).toEqual(['ServiceCallError', 'ServiceCallError'])

    await service.comeBack()
    await moveOn(1_000)
    expect(await known()).toEqual(['key:1', 'Ada'])
    isRevoked = true
    await moveOn(3_000)
    expect(await known()).toEqual([undefined, undefined])
    await service.leave(way)
    await moveOn(1_000)
    expect(await known()).toEqual(['ServiceCallError', 'ServiceCallError'])
  },
)
