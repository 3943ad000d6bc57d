import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { fetchUserInfo, refreshTokenGrant } from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test as vitest } from 'vitest'
import { OWN_CALLS } from '../src/domain/admin-api.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { oauthErrorOf, signIn } from './oidc-client.ts'
import { givenPhone, introspect } from './phones.ts'
import { givenSharedApp, signInShared } from './shared-host.ts'

const redisUrl = testRedisUrl()
const NATIVE = 'http://127.0.0.1:51004/callback'
type Listed = { id: string; kind: string; userId: string; lastUsedAt: string; [member: string]: unknown }

describe.each(['Postgres', 'Redis'] as const)('sessions in the admin API, on %s', (store) => {
  const test = vitest.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let world: World
  let redis: Redis | undefined
  let tenantId: string
  let person: ReturnType<typeof givenPerson>
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    world = await givenGateway(redis ? { redis, redisPrefix: 'admin-sessions' } : {})
    givenApp(world, 'desk-phone', { kind: 'device', name: 'Desk phone', callbackPaths: [], postLogoutPaths: [] })
    givenApp(world, 'web-client', { name: 'Web client' })
    givenApp(world, 'softphone', { kind: 'native', name: 'Softphone' })
    world.registry.keys.set('platform-key', { id: 'api-key:1', scope: 'platform', role: 'admin' })
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })
  beforeEach(async () => {
    await world.sendAudits()
    world.roster.people.length = 0
    world.registry.audits.length = 0
    tenantId = givenConnectedTenant(world, 'contoso').tenant.id
    person = givenPerson(world, tenantId)
  })

  async function call(path: string, { method = 'GET', body, key = 'platform-key', headers = {} }: Asked = {}) {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const sent = { ...(payload && { 'content-type': 'application/json', 'content-length': String(payload.length) }) }
    const answer = await send(`${world.originOf('control')}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...sent, ...headers },
      ...(payload === undefined ? {} : { body: payload }),
    })
    return { status: answer.status, body: answer.text ? JSON.parse(answer.text) : undefined }
  }
  type Asked = { method?: string; body?: unknown; key?: string; headers?: Record<string, string> }
  const list = async (path: string): Promise<Listed[]> => (await call(path)).body.items
  const ofTenant = () => `/tenants/${tenantId}/sessions`
  const ofPerson = () => `/tenants/${tenantId}/users/${person.id}/sessions`
  async function audits(action: string) {
    await world.sendAudits()
    return world.registry.audits.filter((event) => event.action === action)
  }
  /** A browser with a web client and a softphone, and a desk phone. */
  async function givenThree() {
    const web = await signIn(world, 'contoso')
    const app = await signIn(world, 'contoso', { clientId: 'softphone', redirectUri: NATIVE, browser: web.browser })
    const phone = await givenPhone(world, web.browser)
    return { web, app, phone, phoneTokens: await phone.redeem() }
  }

  test('S62 list browser, app and device with apps, times and client, of the tenant and of the person', async () => {
    await givenThree()
    const sessions = await list(ofPerson())
    const time = expect.stringMatching(/^20\d\d-.*Z$/)
    const common = {
      id: expect.any(String),
      userId: person.id,
      host: new URL(world.originOf('contoso')).host,
      createdAt: time,
      lastUsedAt: time,
      expiresAt: time,
    }
    const client = { browser: null, system: null, address: null }
    expect(sessions).toEqual([
      {
        ...common,
        kind: 'device',
        apps: [{ clientId: 'desk-phone', name: 'Desk phone' }],
        client: { ...client, address: '127.0.0.1' },
      },
      { ...common, kind: 'app', apps: [{ clientId: 'softphone', name: 'Softphone' }], client },
      { ...common, kind: 'browser', apps: [{ clientId: 'web-client', name: 'Web client' }], client },
    ])
    expect(await list(ofTenant())).toEqual(sessions)
    for (const { kind } of sessions) {
      expect((await list(`${ofTenant()}?kind=${kind}`)).map((each) => each.kind)).toEqual([kind])
      expect((await list(`${ofPerson()}?kind=${kind}`)).map((each) => each.kind)).toEqual([kind])
    }
    expect((await call(`${ofTenant()}?kind=fax`)).status).toBe(400)
    expect((await call(`${ofTenant()}?kinds=device`)).status).toBe(400)
  })

  test('S62 a page continues where the last one ended; a foreign cursor is 400 invalid-cursor', async () => {
    for (let n = 0; n < 3; n++) await signIn(world, 'contoso')
    await givenThree()
    const all = (await list(ofTenant())).map(({ id }) => id)
    expect(all).toHaveLength(6)
    expect(all).toEqual(all.toSorted().toReversed())
    for (const path of [ofTenant(), ofPerson()]) {
      const seen: string[] = []
      for (let cursor = ''; ; ) {
        const { items, nextCursor } = (await call(`${path}?limit=2${cursor}`)).body
        seen.push(...items.map(({ id }: Listed) => id))
        if (nextCursor === null) break
        cursor = `&cursor=${nextCursor}`
      }
      expect(seen).toEqual(all)
      const { status, body } = await call(`${path}?cursor=WyJ4Il0`)
      expect([status, body.code]).toEqual([400, 'invalid-cursor'])
    }
  })

  test('T-136 T-22 an ended device is out at once, and only it', async () => {
    const { web, phone, phoneTokens } = await givenThree()
    const [device] = await list(`${ofTenant()}?kind=device`)
    expect((await call(`${ofTenant()}/${device?.id}`, { method: 'DELETE' })).status).toBe(204)
    expect(await oauthErrorOf(refreshTokenGrant(phone.configuration, phoneTokens.refresh_token ?? ''))).toBe(
      'invalid_grant',
    )
    expect((await introspect(phone, phoneTokens.access_token)).active).toBe(false)
    await expect(fetchUserInfo(phone.configuration, phoneTokens.access_token, person.id)).rejects.toThrow()
    expect((await list(ofTenant())).map(({ kind }) => kind)).toEqual(['app', 'browser'])
    expect((await refreshTokenGrant(web.app.configuration, web.tokens.refresh_token ?? '')).access_token).toBeTruthy()
    await expect
      .poll(() => audits('device.removed'))
      .toEqual([
        expect.objectContaining({
          actor: 'api-key:1',
          target: 'app:desk-phone',
          tenantId,
          requestId: expect.any(String),
          details: { userId: person.id, sessionId: device?.id },
        }),
      ])
    expect((await call(`${ofTenant()}/${device?.id}`, { method: 'DELETE' })).status).toBe(404)
  })

  test('S62 an app ends alone; a browser ends with its apps, and leaves the device', async () => {
    const { web, app, phone, phoneTokens } = await givenThree()
    const [softphone] = await list(`${ofPerson()}?kind=app`)
    expect((await call(`${ofTenant()}/${softphone?.id}`, { method: 'DELETE' })).status).toBe(204)
    const refresh = ({ app: { configuration }, tokens }: typeof app) =>
      refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    expect(await oauthErrorOf(refresh(app))).toBe('invalid_grant')
    expect((await refresh(web)).access_token).toBeTruthy()
    // Signed in again it is listed again.
    const again = await signIn(world, 'contoso', { clientId: 'softphone', redirectUri: NATIVE, browser: web.browser })
    expect((await list(ofPerson())).map(({ kind }) => kind)).toEqual(['app', 'device', 'browser'])

    const [browser] = await list(`${ofPerson()}?kind=browser`)
    expect(
      (await call(`${ofTenant()}/${browser?.id}`, { method: 'DELETE', headers: { 'if-match': '"1"' } })).status,
    ).toBe(204)
    expect(await oauthErrorOf(refresh(again))).toBe('invalid_grant')
    expect((await list(ofPerson())).map(({ kind }) => kind)).toEqual(['device'])
    expect((await refreshTokenGrant(phone.configuration, phoneTokens.refresh_token ?? '')).access_token).toBeTruthy()
    await expect.poll(() => audits('session.end')).toHaveLength(2)
  })

  test('T-91 a session with another version is not ended', async () => {
    await signIn(world, 'contoso')
    const [session] = await list(ofTenant())
    const path = `${ofTenant()}/${session?.id}`
    const { status, body } = await call(path, { method: 'DELETE', headers: { 'if-match': '"2"' } })
    expect([status, body.code]).toEqual([412, 'version-conflict'])
    expect(await list(ofTenant())).toHaveLength(1)
    expect((await call(path, { method: 'DELETE', headers: { 'if-match': '*' } })).status).toBe(204)
  })

  test('S62 all of a person end, or those of some kinds, except some', async () => {
    await givenThree()
    await signIn(world, 'contoso')
    const before = await list(ofPerson())
    const revoke = (body: object) => call(`${ofPerson()}/revoke`, { method: 'POST', body })
    const keep = before.filter(({ kind }) => kind === 'browser').map(({ id }) => id)
    expect((await revoke({ kinds: ['browser'], exceptIds: keep })).body).toEqual({ ended: 0 })
    expect((await revoke({ kinds: ['device'] })).body).toEqual({ ended: 1 })
    expect((await revoke({ exceptIds: keep.slice(0, 1) })).body).toEqual({ ended: 2 })
    expect((await list(ofPerson())).map(({ id }) => id)).toEqual(keep.slice(0, 1))
    expect((await revoke({})).body).toEqual({ ended: 1 })
    expect(await list(ofPerson())).toEqual([])
    for (const wrong of [{ kinds: [] }, { kinds: ['all'] }, { kind: ['device'] }, { exceptIds: ['x'] }])
      expect((await revoke(wrong)).status).toBe(400)
    await expect.poll(() => audits('device.removed')).toHaveLength(1)
  })

  test('S62 sessions on a shared host are listed with the tenant that the person is of', async () => {
    const origin = givenSharedApp(world, 'shared')
    const { browser } = await signInShared(origin, { clientId: 'shared', hints: { tenant: 'contoso' } })
    expect(await list(ofPerson())).toEqual([
      expect.objectContaining({ kind: 'browser', host: new URL(origin).host, userId: person.id }),
    ])
    const [session] = await list(ofTenant())
    expect((await call(`${ofTenant()}/${session?.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await browser.open(`${origin}/auth/verify`)).status).toBe(401)
  })

  test('S62 signing out, and revocations by the roster, take sessions off the list', async () => {
    const { browser } = await signIn(world, 'contoso')
    await signIn(world, 'contoso')
    await browser.submit(await browser.open(`${world.originOf('contoso')}/auth/logout`), 'Sign out')
    expect(await list(ofTenant())).toHaveLength(1)
    Object.assign(person, { sessionsValidAfter: new Date(Date.now() + 5_000).toISOString() })
    expect(await list(ofPerson())).toEqual([])
  })

  test('S62 the last use of a device is noted', async () => {
    const { browser } = await signIn(world, 'contoso')
    const phone = await givenPhone(world, browser)
    const tokens = await phone.redeem()
    const lastUse = async () => Date.parse((await list(`${ofTenant()}?kind=device`))[0]?.lastUsedAt ?? '') / 1_000
    const connected = await lastUse()
    world.time.shift = 600 - (world.clock() % 600)
    await refreshTokenGrant(phone.configuration, tokens.refresh_token ?? '')
    const noted = await lastUse()
    expect(noted - connected).toBeGreaterThanOrEqual(world.time.shift - 2)
    world.time.shift = 0
  })

  test('T-90 AD-02 another tenant’s key sees and ends nothing, which is audited; a reader only reads', async () => {
    await signIn(world, 'contoso')
    const [session] = await list(ofTenant())
    const other = givenConnectedTenant(world, 'fabrikam').tenant.id
    world.registry.keys.set('foreign-key', { id: 'api-key:2', scope: other, role: 'admin' })
    world.registry.keys.set('reader-key', { id: 'api-key:3', scope: tenantId, role: 'read' })
    world.registry.keys.set('tenant-key', { id: 'api-key:4', scope: tenantId, role: 'admin' })
    const asked: Array<[string, string]> = [
      ['GET', ofTenant()],
      ['GET', ofPerson()],
      ['DELETE', `${ofTenant()}/${session?.id}`],
      ['POST', `${ofPerson()}/revoke`],
    ]
    for (const [method, path] of asked) {
      const body = method === 'POST' ? {} : undefined
      expect([path, (await call(path, { method, body, key: 'foreign-key' })).status]).toEqual([path, 404])
      expect((await call(path, { method, body, key: 'reader-key' })).status).toBe(method === 'GET' ? 200 : 403)
      expect((await call(path, { method, body, key: 'nobody' })).status).toBe(401)
      // Under a tenant of their own it does not exist either.
      const moved = path.replace(tenantId, other)
      if (path.includes('users') || method === 'DELETE')
        expect((await call(moved, { method, body, key: 'foreign-key' })).status).toBe(404)
    }
    await expect.poll(() => audits('foreign-access')).toHaveLength(4)
    expect(await list(ofTenant())).toHaveLength(1)
    expect((await call(`${ofTenant()}/${session?.id}`, { method: 'DELETE', key: 'tenant-key' })).status).toBe(204)
    expect((await call(`/tenants/${tenantId}/users/${crypto.randomUUID()}/sessions`)).body.code).toBe('user-not-found')
    world.registry.removed.add(tenantId)
    expect((await call(ofTenant())).body.code).toBe('tenant-not-found')
    world.registry.removed.clear()
  })

  test('T-115 while the roster is away a user’s list is 503', async () => {
    await signIn(world, 'contoso')
    world.roster.outage.isDown = true
    expect((await call(ofPerson())).status).toBe(503)
    world.roster.outage.isDown = false
  })

  test('T-130 many slow calls of one tenant delay no other tenant’s; surplus ones are 429 with Retry-After', async () => {
    const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
    const other = givenConnectedTenant(world, 'fabrikam').tenant.id
    world.registry.keys.set('slow-key', { id: 'api-key:5', scope: tenantId, role: 'admin' })
    world.registry.keys.set('quick-key', { id: 'api-key:6', scope: other, role: 'admin' })
    const { hasTenant } = world.registry
    world.registry.hasTenant = async (id) => {
      if (id === tenantId) await gate
      return true
    }
    const surplus = 5
    let refused = 0
    const slow = Array.from({ length: OWN_CALLS.ofCaller + OWN_CALLS.waitingOfCaller + surplus }, async () => {
      const { status, body } = await call(ofTenant(), { key: 'slow-key' })
      if (status === 429) refused += 1
      return status === 429 ? body.code : status
    })
    await expect.poll(() => refused).toBe(surplus)
    expect((await call(`/tenants/${other}/sessions`, { key: 'quick-key' })).status).toBe(200)
    letGo()
    const answers = await Promise.all(slow)
    expect(answers.filter((each) => each === 'too-many-calls')).toHaveLength(surplus)
    expect(answers.filter((each) => each === 200)).toHaveLength(OWN_CALLS.ofCaller + OWN_CALLS.waitingOfCaller)
    world.registry.hasTenant = hasTenant
  })

  test('T-94 uids, grants and tokens are in no answer', async () => {
    const { web, phoneTokens } = await givenThree()
    const cookies = web.browser.cookies.map(({ value }) => value)
    const answer = JSON.stringify((await call(ofTenant())).body)
    for (const session of await world.personSessions.listOfTenant(tenantId, ['browser', 'device', 'app'], {
      before: undefined,
      limit: 9,
    }))
      cookies.push(session.target, session.sessionUid ?? session.target)
    for (const secret of [...cookies, phoneTokens.refresh_token ?? '']) expect(answer).not.toContain(secret)
  })
})
