import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedisBinary, startRedisServer } from '@jackfield/local-stores/redis-server'
import { createTestDatabase } from '@jackfield/test-environment/database'
import { Redis } from 'ioredis'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { send } from './browser.ts'
import { gatewayProcess } from './gateway-process.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { oauthErrorOf, passMicrosoft, signIn } from './oidc-client.ts'

// The old key-encryption key was taken away, as docs/configuration.md allows, while people have cookies of before.

const binary = findRedisBinary()

/** Gives every sealed payload the fingerprint of a key that nobody has. */
async function removeKey(world: World, redis: Redis | undefined): Promise<void> {
  await world.pool.query(
    'update gateway.short_lived_record set payload = set_byte(payload, 1, 255 - get_byte(payload, 1))',
  )
  for (const name of (await redis?.keys('jackfield:record:*')) ?? []) {
    const payload = await redis?.hgetBuffer(name, 'payload')
    if (!payload) continue
    payload[1] = 255 - (payload[1] ?? 0)
    await redis?.hset(name, 'payload', payload)
  }
}

describe.each(['Postgres', 'Redis'])('records on %s', (store) => {
  test.skipIf(store === 'Redis' && !binary)(
    'FC-61 with the key gone everybody is signed out, nobody gets an error, and people sign in again with the cookies they have',
    { timeout: 60_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'jackfield-redis-'))
      const server = store === 'Redis' ? await startRedisServer({ binary: binary ?? '', folder }) : undefined
      const redis = server && new Redis(server.url)
      const world = await givenGateway({ ...(redis && { redis }) })
      try {
        givenApp(world, 'web-client')
        givenApp(world, 'desk', { kind: 'server' })
        givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
        const origin = world.originOf('contoso')
        const before = await signIn(world, 'contoso')
        const cookieOf = () => before.browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
        const verify = async () => (await send(`${origin}/auth/verify`, { headers: { cookie: cookieOf() } })).status
        expect(await verify()).toBe(200)
        const attempt = await before.browser.open((await before.app.begin({ prompt: 'login' })).url)

        await removeKey(world, redis)
        await expect.poll(verify).toBe(401)
        expect(
          await oauthErrorOf(client.refreshTokenGrant(before.app.configuration, before.tokens.refresh_token ?? '')),
        ).toBe('invalid_grant')
        const resumed = await passMicrosoft(before.browser, attempt)
        expect([resumed.url.pathname, resumed.status]).toEqual(['/auth/microsoft/callback', 400])

        const after = await signIn(world, 'contoso', { browser: before.browser })
        expect(after.tokens.access_token).toBeTruthy()
        expect(await verify()).toBe(200)
        expect(new Set(world.unopened)).toEqual(new Set(['Session', 'SessionHome', 'RefreshToken', 'PendingLogin']))
        expect(world.faults).toEqual([])
      } finally {
        await world.close()
        redis?.disconnect()
        await server?.stop()
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      }
    },
  )
})

test('FC-61 the gateway as it is run, without its old key: sessions of Control and attempts are absent, counted in the metrics, and logged once', {
  timeout: 90_000,
}, async () => {
  const database = await createTestDatabase()
  const [oldKey, newKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const gateway = await gatewayProcess({ DATABASE_URL: database.url, KEY_ENCRYPTION_KEYS: oldKey })
  const ready = () => expect.poll(gateway.isReady, { timeout: 30_000 }).toBe(200)
  try {
    await ready()
    const { cookie } = await gateway.enterControl()
    const attempt = await gateway.beginSignIn()
    expect((await gateway.open(String(attempt.headers.location), attempt.cookie)).status).toBe(200)
    await gateway.restart({ KEY_ENCRYPTION_KEYS: `${newKey},${oldKey}` }) // seals the signing keys again
    await ready()
    expect((await gateway.readControl(cookie)).status).toBe(200)
    await gateway.restart({ KEY_ENCRYPTION_KEYS: newKey })
    await ready()

    for (let request = 0; request < 20; request += 1) expect((await gateway.readControl(cookie)).status).toBe(401)
    expect((await gateway.open(String(attempt.headers.location), attempt.cookie)).status).toBe(400)
    expect((await gateway.beginSignIn(attempt.cookie)).status).toBe(303)
    expect((await gateway.enterControl(cookie)).status).toBe(200)
    expect(await gateway.metrics()).toMatch(
      /jackfield_secrets_unopened_total\{what="ControlSession",service="auth-gateway"\} 20/,
    )
    expect(gateway.output().match(/"what":"ControlSession"/g)).toHaveLength(1)
  } finally {
    await gateway.end()
    await database.drop()
  }
})
