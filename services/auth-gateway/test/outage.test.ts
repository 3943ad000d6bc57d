import { findFreePort } from '@jackfield/local-stores/free-port'
import * as client from 'openid-client'
import { afterEach, expect, test } from 'vitest'
import { timedCache } from '../src/adapters/services/timed-cache.ts'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { movableClock } from './movable-clock.ts'
import { givenClient, signIn } from './oidc-client.ts'
import { askForTokens, givenCode } from './token-requests.ts'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function openSignIn(microsoft: string) {
  world = await givenGateway({ microsoft })
  givenApp(world, 'web-client')
  givenConnectedTenant(world, 'contoso')
  const app = await givenClient(world, 'contoso')
  return new Browser().open((await app.begin()).url)
}

test('T-115 DO-07 Microsoft out of reach is a 502 page with a way to try again', async () => {
  const page = await openSignIn(`http://127.0.0.1:${await findFreePort()}`)
  expect(page.status).toBe(502)
  expect(page.linkOf('Try again')).toContain('/auth/interaction/')
})

test('T-115 a roster that is down is 503 for the app and a page for the person; tokens come again when it is back', async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  const { app, tokens, browser } = await signIn(world, 'contoso')
  world.roster.outage.isDown = true
  const refused = await send(`${world.originOf('contoso')}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'web-client',
      refresh_token: tokens.refresh_token ?? '',
    }).toString(),
  })
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.text).error]).toEqual([
    503,
    '2',
    'temporarily_unavailable',
  ])
  const page = await browser.open((await app.begin()).url)
  expect(page.url.searchParams.get('error')).toBe('temporarily_unavailable')
  world.roster.outage.isDown = false
  const renewed = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  expect(renewed.access_token).toBeTypeOf('string')
  expect(world.faults).toEqual([])
})

test('T-115 a roster that is down uses no code up: the app can repeat its request', async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  const code = await givenCode(world)
  world.roster.outage.isDown = true
  expect((await askForTokens(world, code)).status).toBe(503)
  world.roster.outage.isDown = false
  expect((await askForTokens(world, code)).status).toBe(200)
  expect((await askForTokens(world, code)).body.error).toBe('invalid_grant')
})

test('T-115 a store that is down when the answer is known is 503 as well, in the words of OAuth', async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  const code = await givenCode(world)
  const query = world.pool.query.bind(world.pool) as (...parts: unknown[]) => unknown
  world.pool.query = ((...parts: unknown[]) => {
    const isWrite = String((parts[0] as { name?: string }).name).startsWith('record_write')
    return isWrite ? Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })) : query(...parts)
  }) as never
  const answer = await askForTokens(world, { ...code, code_verifier: 'x'.repeat(43) })
  expect([answer.status, answer.headers['retry-after'], answer.body.error]).toEqual([
    503,
    '2',
    'temporarily_unavailable',
  ])
  expect(answer.headers['content-type']).toContain('application/json')
})

test('T-115 DO-09 a registry that is down answers 503 for a host, never another tenant’s pages', async () => {
  world = await givenGateway()
  givenConnectedTenant(world, 'contoso')
  world.registry.outage.isDown = true
  const answer = await send(`${world.originOf('contoso')}/auth/.well-known/openid-configuration`)
  expect(answer.status).toBe(503)
  expect(answer.headers['retry-after']).toBe('2')
  const api = await send(`${world.originOf('control')}/api/v1/tenants`, {
    headers: { authorization: 'Bearer jf_some_key_0' },
  })
  expect([api.status, JSON.parse(api.text).code]).toEqual([503, 'temporarily-unavailable'])
})

test('DO-09 a cached answer serves while its source is down, until it is too old', async () => {
  const moveOn = movableClock()
  const source = { isDown: false, asked: 0 }
  const get = timedCache(
    async (key) => {
      source.asked++
      if (source.isDown) throw new Error('down')
      return key === 'nobody' ? undefined : `tenant of ${key}`
    },
    { freshMs: 2_000, freshAbsentMs: 1_000, staleIfErrorMs: 600_000, max: 10 },
  )
  expect(await Promise.all([get('a'), get('a'), get('a')])).toEqual(['tenant of a', 'tenant of a', 'tenant of a'])
  expect(source.asked).toBe(1)
  expect(await get('nobody')).toBeUndefined()
  source.isDown = true
  await moveOn(2_000)
  expect(await get('a')).toBe('tenant of a')
  await expect(get('nobody')).rejects.toThrow('down')
  await moveOn(600_000)
  await expect(get('a')).rejects.toThrow('down')
})
