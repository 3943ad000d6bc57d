import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { waitingRoom } from '../src/adapters/records/waiting-room.ts'
import { MOST_WAITING, NoRoomError } from '../src/domain/rate-limits.ts'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { movableClock } from './movable-clock.ts'
import { givenClient, signIn } from './oidc-client.ts'

/*
 * IL-08 floods 100,000 starts at a room for 20,000. Here both are a hundredth: every limit of the gateway is stretched
 * by 0.01, and five times as many starts as there is room for come from as many addresses of forty networks, so that no
 * limit per address or network stops them.
 */
const FACTOR = 0.01
const ROOM = MOST_WAITING.host * FACTOR
const STARTS = ROOM * 5
const NETWORKS = 40
/** More than the waiting room keeps a count. */
const COUNTED_FOR_MS = 1_100

describe.each(['Postgres', 'Redis'] as const)(
  'IL-08 T-102 a flood of sign-ins that nobody finishes, on %s',
  (store) => {
    const skipped = store === 'Redis' && inject('redisUrl') === null
    let world: World
    let redis: Redis | undefined
    beforeAll(async () => {
      if (skipped) return
      // A database of its own: what others keep waiting would take its room.
      redis =
        store === 'Redis' ? new Redis(Object.assign(new URL(testRedisUrl() ?? ''), { pathname: '/9' }).href) : undefined
      await redis?.flushdb()
      world = await givenGateway({
        rateLimitFactor: FACTOR,
        trustedProxies: ['127.0.0.1'],
        ...(redis ? { redis } : {}),
      })
      givenApp(world, 'web-client')
      givenApp(world, 'portal', { kind: 'server' })
      givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
      givenPerson(world, givenConnectedTenant(world, 'fabrikam').tenant.id)
    })
    afterAll(async () => {
      await world?.close()
      redis?.disconnect()
    })

    let address = 0
    /** Each from an address of its own. */
    const fromAnywhere = () => {
      address++
      return { 'x-forwarded-for': `10.0.${address % NETWORKS}.${Math.floor(address / NETWORKS) & 255}` }
    }
    const fromElsewhere = { 'x-forwarded-for': '192.0.2.7' }

    async function flood(count: number, ask: () => ReturnType<typeof send>) {
      const answers: Array<{ status: number; error: string | null }> = []
      let left = count
      const next = async () => {
        while (left-- > 0) {
          const { status, headers } = await ask()
          answers.push({ status, error: new URL(headers.location ?? '/', 'http://nowhere').searchParams.get('error') })
        }
      }
      await Promise.all(Array.from({ length: 20 }, next))
      return answers
    }

    async function kept(): Promise<{ waiting: number; bytes: number }> {
      if (!redis) {
        const { rows } = await world.pool.query(
          `select count(*) filter (where waits_at is not null)::int as waiting, coalesce(sum(pg_column_size(r)), 0)::int as bytes
         from gateway.short_lived_record r where expires_at > now()`,
        )
        return rows[0]
      }
      const measured = redis.pipeline()
      for (const key of await redis.keys('*')) measured.memory('USAGE', key)
      const sizes = ((await measured.exec()) ?? []).map(([, bytes]) => Number(bytes))
      return {
        waiting: await redis.zcard('jackfield:record-waiting:'),
        bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      }
    }

    test.skipIf(skipped)(
      'fills no more than its room; sessions, sign-ins at Microsoft and other tenants are not affected',
      async () => {
        const anna = await signIn(world, 'contoso')
        const begun = await givenClient(world, 'contoso')
        const login = await begun.begin()
        const late = new Browser()
        const atMicrosoft = await late.open(login.url, { headers: fromElsewhere })

        const starts = await Promise.all(Array.from({ length: 20 }, () => begun.begin()))
        const start = () => send((starts[address % 20] as (typeof starts)[0]).url, { headers: fromAnywhere() })
        const first = await flood(STARTS / 2, start)
        const filled = await kept()
        const second = await flood(STARTS / 2, start)
        const after = await kept()

        // Everybody begins: the oldest of the flood give way.
        expect([...first, ...second].filter(({ status, error }) => status !== 303 || error !== null)).toEqual([])
        expect(after.waiting).toBeGreaterThan(ROOM * 0.75)
        expect(after.waiting).toBeLessThanOrEqual(ROOM)
        expect(after.bytes - filled.bytes).toBeLessThan(ROOM * 500)
        expect(world.roomFull).toEqual(['a host'])
        expect(world.faults).toEqual([])

        const silent = await begun.begin({ prompt: 'none' })
        expect(
          (await anna.browser.open(silent.url, { headers: fromAnywhere() })).url.searchParams.get('code'),
        ).toBeTruthy()
        expect((await anna.browser.open(`${world.originOf('contoso')}/auth/verify`)).status).toBe(200)
        expect(
          (await client.refreshTokenGrant(anna.app.configuration, anna.tokens.refresh_token ?? '')).access_token,
        ).toBeTruthy()
        const done = await late.submit(atMicrosoft, 'Sign in', {
          username: ADELE.userPrincipalName,
          password: 'Passw0rd!',
        })
        expect((await begun.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
        expect((await signIn(world, 'fabrikam')).tokens.claims()?.tenant).toBe('fabrikam')
      },
    )

    test.skipIf(skipped)('pushed requests and frontends find room as well', async () => {
      await flood(ROOM, async () =>
        send((await (await givenClient(world, 'contoso')).begin()).url, { headers: fromAnywhere() }),
      )
      const { url } = await (await givenClient(world, 'contoso')).begin()
      const pushed = await send(`${world.originOf('contoso')}/auth/par`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...fromAnywhere() },
        body: url.searchParams.toString(),
      })
      expect(pushed.status).toBe(201)
      const frontend = await send(`${world.originOf('contoso')}/auth/signin?app=portal`, { headers: fromAnywhere() })
      expect(frontend.status).toBe(303)
      expect((await kept()).waiting).toBeLessThanOrEqual(ROOM)
    })

    test.skipIf(skipped)('sign-ins to Control fill no more than a room of their own', async () => {
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
      const begin = () =>
        send(`${world.originOf('control')}/auth/control/sign-ins`, {
          method: 'POST',
          headers: { ...headers, ...fromAnywhere() },
          body: '{"tenant":"fabrikam"}',
        })
      const others = (await kept()).waiting
      const statuses = (await flood(ROOM + 20, begin)).map(({ status }) => status)
      expect(new Set(statuses)).toEqual(new Set([200]))
      expect((await kept()).waiting - others).toBeLessThanOrEqual(ROOM)
    })

    test.skipIf(skipped)('an attempt keeps one pending login, however often it goes to Microsoft', async () => {
      const browser = new Browser()
      const login = await (await givenClient(world, 'fabrikam')).begin()
      await browser.open(login.url, { headers: fromAnywhere() })
      const attempt = browser.visited.find((url) => url.includes('/auth/interaction/')) ?? ''
      const before = await pendingLogins()
      for (let round = 0; round < 20; round++) await browser.open(attempt)
      expect(await pendingLogins()).toBe(before)
    })

    async function pendingLogins(): Promise<number> {
      if (!redis)
        return (
          (await world.pool.query(`select 1 from gateway.short_lived_record where kind = 'PendingLogin'`)).rowCount ?? 0
        )
      const keys = await redis.keys('jackfield:record:{*')
      const kinds = await Promise.all(keys.map((key) => redis?.hget(key, 'kind')))
      return kinds.filter((kind) => kind === 'PendingLogin').length
    }
  },
)

/** A store in which nobody can give way. */
const NOBODY = { countWaiting: async () => 0, giveWay: async () => 0 }

test('IL-08 a sign-in on its way to the store counts when its place is counted again', async () => {
  const moveOn = movableClock()
  const room = waitingRoom(NOBODY, 2 / MOST_WAITING.host, () => {})
  const admit = () => room.admit('a place', async () => false)
  await admit()
  await moveOn(COUNTED_FOR_MS)
  const kept = await admit()
  await expect(admit()).rejects.toThrow(NoRoomError)
  kept()
  await moveOn(COUNTED_FOR_MS)
  await admit()
})

test('IL-08 a refused sign-in of one host takes no slot of others', async () => {
  const room = waitingRoom(NOBODY, 2 / MOST_WAITING.host, () => {})
  const many = Array.from({ length: 50 }, () => room.admit('a flooded place', async () => false))
  const settled = await Promise.allSettled(many)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  await room.admit('another place', async () => false)
})
