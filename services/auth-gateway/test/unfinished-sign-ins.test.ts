import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { MOST_WAITING } from '../src/domain/rate-limits.ts'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

const FACTOR = 0.02
const ROOM = MOST_WAITING.host * FACTOR
const ATTEMPTS = 480

describe.each(['Postgres', 'Redis'] as const)('FC-51 T-131 unfinished sign-ins, on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let redis: Redis | undefined
  beforeAll(async () => {
    if (store === 'Redis' && testRedisUrl())
      redis = new Redis(Object.assign(new URL(testRedisUrl() ?? ''), { pathname: '/11' }).href)
  })
  beforeEach(async () => {
    await world?.close()
    await redis?.flushdb()
    world = await givenGateway({ rateLimitFactor: FACTOR, trustedProxies: ['127.0.0.1'], ...(redis ? { redis } : {}) })
    givenApp(world, 'web-client')
    givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  }, 60_000)
  afterAll(async () => {
    await world?.close()
    redis?.disconnect()
  })

  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  /** Attempts that go as far as Microsoft's page, and no further. Returns how the gateway answered their starts. */
  async function abandon(addressOf: (attempt: number) => string): Promise<number[]> {
    const app = await givenClient(world, 'contoso')
    const statuses: number[] = []
    let next = 0
    const one = async () => {
      for (let attempt = next++; attempt < ATTEMPTS; attempt = next++) {
        const { url } = await app.begin()
        const { status } = await send(url, from(addressOf(attempt)))
        statuses.push(status)
      }
    }
    await Promise.all(Array.from({ length: 16 }, one))
    return statuses
  }

  async function begin(address: string) {
    const app = await givenClient(world, 'contoso')
    const [browser, login] = [new Browser(), await app.begin()]
    const page = await browser.open(login.url, from(address))
    const submit = (stopAt?: RegExp) =>
      browser.submit(page, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' }, stopAt)
    return { app, browser, login, page, submit }
  }
  const finish = async ({ app, login, submit }: Awaited<ReturnType<typeof begin>>) =>
    (await app.redeem((await submit()).url, login)).claims()?.tenant

  async function kept() {
    if (redis) {
      const keys = await redis.keys('jackfield:record:{*')
      const kinds = await Promise.all(keys.map((key) => redis?.hget(key, 'kind')))
      const of = (kind: string) => kinds.filter((each) => each === kind).length
      return { attempts: of('Interaction'), companions: of('InteractionBrowser') }
    }
    const { rows } = await world.pool.query(`select count(*) filter (where kind = 'Interaction')::int as attempts,
      count(*) filter (where kind = 'InteractionBrowser')::int as companions from gateway.short_lived_record`)
    return rows[0]
  }

  onStore('480 from forty /64 of one /58 are limited as one network; everybody else begins and finishes', async () => {
    const statuses = await abandon((attempt) => `2001:db8:77:${(attempt % 40).toString(16)}::${attempt + 1}`)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(ATTEMPTS - 120)
    expect(await finish(await begin('2001:db8:78::1'))).toBe('contoso')
    expect(await finish(await begin('203.0.113.9'))).toBe('contoso')
  })

  onStore(
    'a flood from many networks takes only its own places: older and fresh attempts of others finish',
    async () => {
      const older = await begin('203.0.113.9')
      const statuses = await abandon((attempt) => `198.51.${attempt % 10}.${Math.floor(attempt / 10)}`)
      expect(new Set(statuses)).toEqual(new Set([303]))
      const { attempts, companions } = await kept()
      expect(attempts).toBeLessThanOrEqual(ROOM)
      // What an attempt has stored ends with it.
      expect(companions).toBe(attempts)
      expect(world.roomFull).toEqual(['a host'])
      const fresh = await begin('203.0.113.200')
      expect(await finish(older)).toBe('contoso')
      expect(await finish(fresh)).toBe('contoso')
    },
  )

  onStore('whoever has come back from Microsoft does not give way, not even to their own network', async () => {
    const { app, browser, login, submit } = await begin('198.51.0.250')
    const back = await submit(/\/auth\/interaction\//)
    // Their network has the most, and they were there first.
    await abandon((attempt) => `198.51.${attempt % 4 === 0 ? 0 : 1 + (attempt % 9)}.${Math.floor(attempt / 4)}`)
    const done = await browser.open(back.url, from('198.51.0.250'))
    expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
  })
})
