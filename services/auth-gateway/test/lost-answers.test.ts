import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Forwarder, startForwarder } from '@jackfield/local-stores/tcp-forwarder'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { lostAnswers } from '../src/adapters/openid-provider/lost-answers.ts'
import { connectRedis } from '../src/adapters/records/redis-connection.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'
import { FORM, givenCode } from './token-requests.ts'

// A store does what it is told, and the connection dies before its reply: the gateway answers 503, and the client tries
// again when the grace of its token is over (T-50), at any replica.

/** What a write that uses up a code or token contains. */
const USING_UP = { Postgres: 'record_write_1_', Redis: '"consumed":["' }
const AFTER_GRACE = 14
const redisUrl = testRedisUrl()

describe.each(['Postgres', 'Redis'] as const)('an answer that is lost with the connection to %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let database: TestDatabase
  let address: Forwarder
  let redis: Redis | undefined
  let world: World
  let replicas: string[]
  beforeAll(async () => {
    if (store === 'Redis' && !redisUrl) return
    database = await createTestDatabase()
    const { port } = new URL(store === 'Redis' ? String(redisUrl) : database.url)
    address = await startForwarder(Number(port))
    const through = (url: string) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: address.port }).href
    redis = store === 'Redis' ? connectRedis(through(redisUrl ?? ''), () => {}) : undefined
    world = await givenGateway({
      rateLimitFactor: 0,
      database: { url: redis ? database.url : through(database.url), drop: async () => undefined },
      ...(redis && { redis }),
    })
    givenApp(world, 'web-client')
    replicas = [`http://127.0.0.1:${world.port}`, await world.addReplica()]
  })
  afterAll(async () => {
    await world?.close()
    redis?.disconnect()
    await address?.close()
    await database?.drop()
  })
  beforeEach(() => {
    if (!world) return
    world.time.shift = 0
    world.roster.people.length = 0
    givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  })

  async function askForTokens(parameters: Record<string, string>, replica = 0) {
    const { status, text, headers } = await send(`${replicas[replica]}/auth/token`, {
      method: 'POST',
      headers: { ...FORM, host: new URL(world.originOf('contoso')).host },
      body: new URLSearchParams(parameters).toString(),
    })
    const body = JSON.parse(text) as { error?: string; refresh_token?: string }
    return { status, error: body.error, token: body.refresh_token ?? '', retryAfter: Number(headers['retry-after']) }
  }
  const refresh = (refresh_token: string, replica = 0) =>
    askForTokens({ grant_type: 'refresh_token', client_id: 'web-client', refresh_token }, replica)
  const first = async () => (await signIn(world, 'contoso')).tokens.refresh_token ?? ''
  /** As a client does that got 503: after `Retry-After`, and again while that is the answer. */
  async function afterOutage(refused: { retryAfter: number }, ask: () => ReturnType<typeof askForTokens>) {
    for (let answer = refused; ; ) {
      await sleep(answer.retryAfter * 1_000)
      const next = await ask()
      if (next.status !== 503) return next
      answer = next
    }
  }
  const lostOf = async (asked: ReturnType<typeof askForTokens>) => {
    const answer = await asked
    expect([answer.status, answer.retryAfter]).toEqual([503, 2])
    return answer
  }

  onStore.each([0, 1])(
    'FC-67 T-50 a refresh is repeated after the grace at replica %i: the family lives on, and a replay still ends it',
    async (replica) => {
      const held = await first()
      address.lose(USING_UP[store])
      const lost = await lostOf(refresh(held))
      world.time.shift += AFTER_GRACE
      const repeated = await afterOutage(lost, () => refresh(held, replica))
      expect(repeated.status).toBe(200)
      expect((await refresh(held, replica)).token).toBe(repeated.token) // one live branch
      const next = await refresh(repeated.token, 1 - replica)
      expect(next.status).toBe(200)

      world.time.shift += AFTER_GRACE
      expect((await refresh(held, replica)).error).toBe('invalid_grant')
      expect((await refresh(next.token)).error).toBe('invalid_grant')
    },
  )

  onStore(
    'FC-67 T-50 a refresh that never arrived excuses no later one: a replay ends the family as ever',
    async () => {
      const held = await first()
      address.lose(USING_UP[store], 'request')
      const lost = await lostOf(refresh(held))
      const used = await afterOutage(lost, () => refresh(held, 1))
      expect(used.status).toBe(200)
      world.time.shift += AFTER_GRACE
      expect((await refresh(held, 1)).error).toBe('invalid_grant')
      expect((await refresh(used.token)).error).toBe('invalid_grant')
    },
  )

  onStore.each([0, 1])(
    'FC-67 T-30 a code is redeemed again at replica %i, once: the third time ends what it gave',
    async (replica) => {
      const code = await givenCode(world)
      address.lose(USING_UP[store])
      const lost = await lostOf(askForTokens(code))
      const redeemed = await afterOutage(lost, () => askForTokens(code, replica))
      expect(redeemed.status).toBe(200)
      const next = await refresh(redeemed.token)
      expect(next.status).toBe(200)
      expect((await askForTokens(code, replica)).error).toBe('invalid_grant')
      expect((await refresh(next.token)).error).toBe('invalid_grant')
    },
  )
})

test('FC-67 T-50 just after an outage a replica does not judge what another may not have noted yet, later it does', async () => {
  const world = await givenGateway()
  const records = world.records('a site')
  let now = 0
  const answers = lostAnswers(() => now)
  const isLost = () => answers.isLost(records, randomUUID(), { grantId: randomUUID() })
  expect(await isLost()).toBe(false)
  answers.noteOutage()
  now += 4_900
  await expect(isLost()).rejects.toMatchObject({ status: 503 })
  now += 200
  expect(await isLost()).toBe(false)
  await world.close()
})
