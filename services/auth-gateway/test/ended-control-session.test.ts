import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { send } from './browser.ts'
import { CONTROL_COOKIE, controlCookie, enterControl, sessionOf } from './control-sign-in.ts'
import { givenAdministrator, givenApp, givenConnectedTenant, givenGateway, type World } from './given.ts'

const redisUrl = testRedisUrl()

describe.each(['Postgres', 'Redis'] as const)('a session of Control that has ended, on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let redis: Redis | undefined
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    world = await givenGateway({ ...(redis && { redis }) })
    givenApp(world, 'web-client')
    givenAdministrator(world, givenConnectedTenant(world, 'contoso').tenant.id)
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })

  const request = (method: string, cookie: string) =>
    send(`${world.originOf('control')}/auth/control/session`, {
      method,
      headers: { cookie: `${CONTROL_COOKIE}=${cookie}`, 'sec-fetch-site': 'same-origin' },
    })

  onStore('FC-52 T-138 is not brought back by a request that is under way and would renew it', async () => {
    const { browser } = await enterControl(world)
    const cookie = controlCookie(browser) ?? ''
    world.time.shift += 120 // the session’s last use is written anew after a minute
    const { findAdministrator } = world.registry
    const [isAsked, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    world.registry.findAdministrator = async (id) => {
      isAsked.resolve()
      await mayAnswer.promise
      return findAdministrator(id)
    }
    const underWay = request('GET', cookie)
    await isAsked.promise
    expect((await request('DELETE', cookie)).status).toBe(204)
    mayAnswer.resolve()
    await underWay
    world.registry.findAdministrator = findAdministrator
    expect((await sessionOf(world, cookie)).status).toBe(401)
  })

  onStore('FC-52 T-138 is still renewed while it is in use, for eight hours at most', async () => {
    const { browser } = await enterControl(world)
    const cookie = controlCookie(browser) ?? ''
    const statuses: number[] = []
    for (let hours = 0.75; hours < 9; hours += 0.75) {
      world.time.shift += 2_700
      statuses.push((await sessionOf(world, cookie)).status)
    }
    expect(statuses).toEqual([...Array(10).fill(200), 401])
  })
})
