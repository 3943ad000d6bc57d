import { randomUUID } from 'node:crypto'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { Browser } from './browser.ts'
import { controlCookie, enterControl } from './control-sign-in.ts'
import { givenAdministrator, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, passMicrosoft, signIn } from './oidc-client.ts'

describe.each(['Postgres', 'Redis'] as const)('T-137 events of sign-ins are owed, on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let redis: Redis | undefined
  let tenantId: string
  beforeAll(async () => {
    if (store === 'Redis' && testRedisUrl()) {
      redis = new Redis(Object.assign(new URL(testRedisUrl() ?? ''), { pathname: '/10' }).href)
      await redis.flushdb()
    }
    world = await givenGateway(redis ? { redis } : {})
    givenApp(world, 'web-client')
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })
  beforeEach(() => {
    Object.assign(world.registry.outage, { isDown: false, takesNoAudits: false })
    world.registry.audits.length = 0
    world.registry.administrators.length = 0
    world.roster.people.length = 0
    world.setAside.length = 0
    tenantId = givenConnectedTenant(world, 'contoso').tenant.id
    givenPerson(world, tenantId)
  })

  const told = () => world.registry.audits.map(({ action, outcome }) => `${action} ${outcome}`)
  /** The registry is back, and the sender comes around until it has told everything. */
  async function registryIsBack(count: number) {
    Object.assign(world.registry.outage, { isDown: false, takesNoAudits: false })
    const sendAgain = async () => {
      await world.sendAudits()
      return world.registry.audits.length
    }
    await expect.poll(sendAgain, { timeout: 10_000, interval: 100 }).toBe(count)
    await world.sendAudits()
    expect(world.registry.audits).toHaveLength(count)
  }

  onStore(
    'FC-50 the registry goes when Microsoft has answered: both sign-ins are in the log once it is back, once',
    async () => {
      const attempts = await Promise.all(
        [1, 2].map(async () => {
          const app = await givenClient(world, 'contoso')
          const login = await app.begin()
          const browser = new Browser()
          return { app, login, browser, atMicrosoft: await browser.open(login.url) }
        }),
      )
      world.registry.outage.takesNoAudits = true
      for (const { app, login, browser, atMicrosoft } of attempts) {
        const { url } = await passMicrosoft(browser, atMicrosoft)
        expect((await app.redeem(url, login)).claims()?.tenant).toBe('contoso')
      }
      expect(told()).toEqual([])
      await registryIsBack(2)
      expect(told()).toEqual(['sign-in success', 'sign-in success'])
      const [first, second] = world.registry.audits
      expect(first?.id).not.toBe(second?.id)
      expect(first).toMatchObject({ tenantId, target: 'app:web-client', at: expect.any(String) })
    },
  )

  onStore('FC-50 refusals, sign-ins to Control and ended sessions are owed as well', async () => {
    const here = await signIn(world, 'contoso')
    await signIn(world, 'contoso')
    await expect.poll(() => world.registry.audits.length).toBe(2)
    world.registry.audits.length = 0

    world.registry.outage.takesNoAudits = true
    const page = await here.browser.open(`${world.originOf('contoso')}/auth/sessions`)
    const [handle = ''] = [...page.html.matchAll(/name="session" value="([\w-]+)"/g)].map(([, value]) => value)
    const body = new URLSearchParams({ session: handle }).toString()
    await here.browser.open(`${world.originOf('contoso')}/auth/sessions/end`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(body.length),
        'sec-fetch-site': 'same-origin',
        origin: world.originOf('contoso'),
      },
    })
    expect((await enterControl(world)).page.status).toBe(403)
    givenAdministrator(world, tenantId)
    expect(controlCookie((await enterControl(world)).browser)).toBeTruthy()
    world.roster.people.length = 0
    await expect(signIn(world, 'contoso')).rejects.toThrow('403')
    expect(told()).toEqual([])
    await registryIsBack(4)
    expect(told().sort()).toEqual([
      'control.sign-in refused',
      'control.sign-in success',
      'session.end success',
      'sign-in refused',
    ])
  })

  onStore('FC-50 an event that two requests write under one id is one event', async () => {
    world.registry.outage.takesNoAudits = true
    const event = { id: randomUUID(), tenantId, actor: 'test', action: 'sign-in', outcome: 'success' as const }
    await Promise.all([world.records.audit(event), world.records.audit(event)])
    await registryIsBack(1)
    await world.records.audit(event)
    await registryIsBack(1)
  })

  onStore('T-137 one that the registry refuses is put aside alone and counted; those behind it arrive', async () => {
    world.registry.outage.takesNoAudits = true
    await world.records.audit({ tenantId, actor: 'test', action: 'poison', outcome: 'success' })
    // As it was written by a version that knew other limits.
    if (redis) {
      const [[id, text] = ['', '']] = Object.entries(await redis.hgetall('jackfield:audit-events'))
      await redis.hset('jackfield:audit-events', id, JSON.stringify({ ...JSON.parse(text), action: 'a'.repeat(101) }))
    } else {
      await world.pool.query(
        `update gateway.pending_audit_event set event = event || jsonb_build_object('action', repeat('a', 101))`,
      )
    }
    await signIn(world, 'contoso')
    await registryIsBack(1)
    expect(told()).toEqual(['sign-in success'])
    expect(world.setAside.map(String)).toEqual([expect.stringMatching(/put aside, the registry refuses it/)])
    expect(await world.auditEvents.countSetAside()).toBe(1)
  })

  onStore('T-137 what the gateway writes the registry accepts, however long or odd the texts are', async () => {
    const odd = `\u0000\ud800${'é'.repeat(2_000)}`
    await world.records.audit({
      tenantId: null,
      actor: odd,
      action: odd,
      outcome: 'refused',
      target: odd,
      requestId: odd,
      details: { reason: odd },
    })
    await registryIsBack(1)
    expect(world.setAside).toEqual([])
  })

  onStore('T-137 without its event no sign-in is decided', async () => {
    const app = await givenClient(world, 'contoso')
    const login = await app.begin()
    const browser = new Browser()
    const atMicrosoft = await browser.open(login.url)
    const refuseEvents = redis
      ? () => redis?.set('jackfield:audit-events', 'no hash')
      : () => world.pool.query('alter table gateway.pending_audit_event rename to away')
    const takeEvents = redis
      ? () => redis?.del('jackfield:audit-events')
      : () => world.pool.query('alter table gateway.away rename to pending_audit_event')
    await refuseEvents()
    const page = await passMicrosoft(browser, atMicrosoft)
    expect(page.status).toBeGreaterThanOrEqual(500)
    expect((await browser.open(`${world.originOf('contoso')}/auth/verify`)).status).toBe(401)
    await takeEvents()
    const done = await browser.open(page.url)
    expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
    await registryIsBack(1)
  })
})
