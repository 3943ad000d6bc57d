import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { send } from './browser.ts'
import { accountOf, givenApp, givenGateway, type World } from './given.ts'

const PATH = '/auth/sign-in-options'

describe.each(['Postgres', 'Redis'])('with records on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let redis: Redis | undefined
  beforeAll(async () => {
    const url = testRedisUrl()
    redis = store === 'Redis' && url ? new Redis(url) : undefined
    world = await givenGateway(redis ? { redis } : {})
    givenApp(world, 'web-client', { sharedUrl: world.originOf('web') })
    givenApp(world, 'crm', { tenantUrl: 'https://{tenant}.crm.example/app' })
    world.registry.givenTenant('contoso', [accountOf()])
    world.registry.givenTenant('fabrikam', [])
  })
  afterAll(async () => {
    await world?.close()
    redis?.disconnect()
  })

  async function ask(slug: string, options: { method?: string; origin?: string } = {}) {
    const { method = 'GET', origin } = options
    const answer = await send(world.originOf(slug) + PATH, { method, headers: origin ? { origin } : {} })
    return { ...answer, readableBy: answer.headers['access-control-allow-origin'] }
  }

  onStore(
    'FC-15 S4 a frontend learns whether its host’s tenant signs in with Microsoft, and nothing else',
    async () => {
      for (const [slug, microsoft] of [
        ['contoso', true],
        ['fabrikam', false],
        ['web', true],
      ] as const) {
        const answer = await ask(slug)
        expect([slug, answer.status, JSON.parse(answer.text)]).toEqual([slug, 200, { microsoft }])
        expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', vary: 'origin' })
        expect(answer.headers).not.toHaveProperty('set-cookie')
      }
      expect(await ask('contoso', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    },
  )

  onStore('FC-15 S4 an account that is switched off takes the button away', async () => {
    world.registry.givenTenant('adatum', [accountOf()])
    expect(JSON.parse((await ask('adatum')).text)).toEqual({ microsoft: true })
    world.registry.givenTenant('adatum', [])
    expect(JSON.parse((await ask('adatum')).text)).toEqual({ microsoft: false })
  })

  onStore('FC-15 a host of no tenant is 404, and so are Control and the platform’s own host', async () => {
    const unknown = await ask('nobody')
    expect(unknown).toMatchObject({ status: 404, text: expect.stringContaining('"unknown-host"') })
    expect((await ask('control')).status).toBe(404)
    expect((await send(world.baseUrl + PATH)).status).toBe(404)
  })

  onStore('FC-15 T-23 the origins of registered apps may read every answer, and no others', async () => {
    for (const slug of ['contoso', 'nobody']) {
      for (const origin of [world.originOf(slug), world.originOf('web'), `https://${slug}.crm.example`]) {
        const answer = await ask(slug, { origin })
        expect([slug, answer.readableBy]).toEqual([slug, origin])
        expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
      }
      for (const origin of [
        'https://evil.example',
        'https://a.contoso.crm.example',
        'https://contoso.crm.example.evil.example',
        'http://contoso.crm.example',
        'https://contoso.crm.example:444',
        'https://crm.example',
        'null',
      ])
        expect([origin, (await ask(slug, { origin })).readableBy]).toEqual([origin, undefined])
    }
  })

  onStore('FC-15 T-115 while the registry is down the answer is 503: no tenant looks unconnected', async () => {
    world.registry.outage.isDown = true
    try {
      expect((await ask('contoso')).status).toBe(503)
    } finally {
      world.registry.outage.isDown = false
    }
  })
})
