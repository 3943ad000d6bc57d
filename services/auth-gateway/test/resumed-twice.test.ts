import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf } from './oidc-client.ts'

const ROUNDS = 10
const AT_ONCE = 6
const RESUME = /\/auth\/authorize\/[\w-]+$/
const redisUrl = testRedisUrl()

describe.each(['Postgres', 'Redis'] as const)(
  'an attempt that is resumed by several requests at once, on %s',
  (store) => {
    const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
    let world: World
    let redis: Redis | undefined
    let replicas: string[]
    beforeAll(async () => {
      redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
      world = await givenGateway({ rateLimitFactor: 0, ...(redis && { redis }) })
      givenApp(world, 'web-client')
      replicas = [`http://127.0.0.1:${world.port}`, await world.addReplica()]
    })
    afterAll(async () => {
      await world.close()
      redis?.disconnect()
    })
    beforeEach(() => {
      world.roster.people.length = 0
      givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
    })

    onStore('T-10 T-30 one of them gets a code, the others a page without a cookie, and the code is good', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const app = await givenClient(world, 'contoso')
        const login = await app.begin()
        const browser = new Browser()
        const page = await browser.open(login.url)
        const person = { username: ADELE.userPrincipalName, password: 'Passw0rd!' }
        const { url } = await browser.submit(page, 'Sign in', person, RESUME)
        const cookie = browser.cookies
          .filter(({ host, path }) => host === url.hostname && url.pathname.startsWith(path))
          .map(({ name, value }) => `${name}=${value}`)
          .join('; ')
        const resume = (index: number) =>
          send(`${replicas[index % 2]}${url.pathname}`, { headers: { host: url.host, cookie, accept: 'text/html' } })
        const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => resume(index)))
        const [resumed, ...more] = answers.filter(({ status }) => status === 303)
        expect([round, more.length]).toEqual([round, 0])
        const refused = answers.filter(({ status }) => status !== 303)
        for (const { status, text, headers } of refused)
          expect([status, headers.location, headers['set-cookie'], text.includes('session_not_found')]).toEqual([
            400,
            undefined,
            undefined,
            true,
          ])
        const callback = new URL(String(resumed?.headers.location))
        expect((await app.redeem(callback, login)).access_token).toBeTruthy()
        expect(await oauthErrorOf(app.redeem(callback, login))).toBe('invalid_grant')
      }
      expect(world.faults).toEqual([])
    })
  },
)
