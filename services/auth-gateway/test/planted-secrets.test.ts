import { dumpPostgres, dumpRedis, formsOf } from '@jackfield/test-environment/dumps'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, INTERNAL_KEY, type World } from './given.ts'
import { type HostileUpstream, startHostileUpstream } from './hostile-upstream.ts'
import { givenClient, signIn } from './oidc-client.ts'

const CLIENT_SECRET = 'planted~Client.Secret-0123456789abcdefghij'
const API_KEY = 'jf_planted_0123456789abcdefghijklmnop'

describe.each(['Postgres', 'Redis'] as const)('records on %s', (store) => {
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let upstream: HostileUpstream
  let redis: Redis | undefined
  beforeAll(async () => {
    const url = testRedisUrl()
    redis = store === 'Redis' && url ? new Redis(url) : undefined
    upstream = await startHostileUpstream()
    world = await givenGateway({ microsoft: upstream.origin, ...(redis && { redis }) })
    givenApp(world, 'web-client')
    givenApp(world, 'portal', { kind: 'server' })
    const { tenant, account } = givenConnectedTenant(world, 'contoso')
    const connection = world.registry.tenantAt('contoso')?.connections.get(account.id)
    if (connection) connection.credential = { type: 'secret', secret: CLIENT_SECRET }
    givenPerson(world, tenant.id)
    world.registry.keys.set(API_KEY, { id: 'key:1', scope: 'platform', role: 'admin' })
  })
  afterAll(async () => {
    await world.close()
    upstream.close()
    redis?.disconnect()
  })

  onStore(
    'T-94 SE-01 SE-02 after sign-ins that work and fail no secret, token, code, verifier or cookie is in a dump or a log line',
    async () => {
      const planted = new Map<string, string>([
        ['client secret', CLIENT_SECRET],
        ['API key', API_KEY],
        ['internal key', INTERNAL_KEY.toString('base64url')],
        ['sealing key', world.sealingKeys[0]?.toString('base64') ?? ''],
      ])
      const origin = world.originOf('contoso')
      const shown: string[] = []
      const ask: typeof send = async (...question) => {
        const answer = await send(...question)
        shown.push(answer.text)
        return answer
      }

      // A whole session: sign-in, refresh, userinfo, a refresh token that is used twice, a second browser that stays
      // signed in.
      const browser = new Browser()
      const { app, login, callback, tokens } = await signIn(world, 'contoso', { browser })
      const refreshed = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
      for (const [name, given] of [['first', tokens] as const, ['second', refreshed] as const]) {
        planted.set(`${name} refresh token`, given.refresh_token ?? '')
        planted.set(`signature of the ${name} access token`, given.access_token.split('.')[2] ?? '')
        planted.set(`signature of the ${name} ID token`, given.id_token?.split('.')[2] ?? '')
      }
      planted.set('code', callback.searchParams.get('code') ?? '').set('verifier', login.verifier)
      await ask(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
      await ask(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}x` } })
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const code = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'web-client',
        code: callback.searchParams.get('code') ?? '',
      })
      await ask(`${origin}/auth/token`, { method: 'POST', headers: form, body: code.toString() })
      const visitor = new Browser()
      await visitor.open(`${origin}/auth/signin?app=portal`, { stopAt: /^\/$/ })
      await ask(`${origin}/auth/verify`, {
        headers: { cookie: visitor.cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
      })
      for (const one of [browser, visitor])
        for (const { name, value } of one.cookies) planted.set(`cookie ${name} ${one === visitor}`, value)

      // The door of the admin API with the services behind it out of reach, and a wrong key.
      const control = world.originOf('control')
      for (const key of [API_KEY, `${API_KEY}wrong`]) {
        expect(
          (await ask(`${control}/api/v1/tenants`, { headers: { authorization: `Bearer ${key}` } })).status,
        ).toBeGreaterThan(400)
      }

      // An Entra ID that repeats all it was sent.
      upstream.echoes = true
      const refused = await new Browser().open((await (await givenClient(world, 'contoso')).begin()).url)
      expect(refused.status).toBeGreaterThanOrEqual(400)
      shown.push(refused.html)
      expect(upstream.echoed).toContain(CLIENT_SECRET)
      for (const [index, value] of upstream.echoed.entries())
        if (value.length >= 32 && !value.includes('/')) planted.set(`sent upstream ${index}`, value)

      const log = world.logLines.join('\n')
      const dump = (await dumpPostgres(world.pool)) + (redis ? await dumpRedis(redis) : '')
      expect(log.includes('/auth/token')).toBe(true)
      expect(dump.includes('RefreshToken')).toBe(true)
      const everything = [
        log,
        dump,
        ...shown,
        JSON.stringify(world.registry.audits),
        world.faults.map(String).join('\n'),
      ].join('\n')
      const found = [...planted].filter(
        ([, text]) => text.length < 16 || formsOf(text).some((form_) => everything.includes(form_)),
      )
      expect(found.map(([name]) => name)).toEqual([])
    },
  )
})
