import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { signLogoutToken } from '../src/adapters/openid-provider/token-signing.ts'
import { sendLogoutNotices } from '../src/jobs/send-logout-notices.ts'
import { Browser } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

let world: World
let server: Server
/** What apps were told: host, path. */
const received: string[] = []
let hangs: (place: string) => boolean
let held: ServerResponse[]
const errors: unknown[] = []

beforeEach(async () => {
  received.length = 0
  errors.length = 0
  held = []
  hangs = () => false
})

async function setUp(redis?: Redis) {
  world = await givenGateway(redis ? { redis } : {})
  server = createServer((request, response) => {
    request.resume()
    const place = `${request.headers.host?.split(':')[0]}${request.url}`
    received.push(place)
    if (hangs(place)) held.push(response)
    else response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  for (const name of ['web-client', 'admin', 'reports'])
    givenApp(world, name, { tenantUrl: tenantUrl(), backchannelLogoutPath: `/${name}` })
}
async function tearDown() {
  server.closeAllConnections()
  server.close()
  await world.close()
}
const port = () => (server.address() as AddressInfo).port
const tenantUrl = () => `http://{tenant}.apps.localhost:${port()}/`
const appOf = (clientId: string) => world.registry.apps.find((app) => app.clientId === clientId)
const waiting = async () => (await world.pool.query('select client_id, attempts from gateway.logout_notice')).rows
const receivedAt = (place: string) => received.filter((each) => each === place).length

/** One replica that sends until nothing is due. */
function tell() {
  return sendLogoutNotices({
    notices: world.logoutNotices,
    registry: world.registry,
    baseUrl: world.baseUrl,
    signToken: async (notice, alg) => signLogoutToken(await world.keys(), notice, alg, world.clock),
    onFailure: ({ url }, reason) => void errors.push(`${url}: ${reason}`),
    onError: (error) => void errors.push(error),
    timeoutMs: 10_000,
  })()
}
function letGo() {
  hangs = () => false
  for (const response of held) response.end()
}
/** Notices as ended sessions write them. */
async function givenNotices(count: number, clientId: string, slug = 'contoso') {
  const { tenant } = givenConnectedTenant(world, slug)
  const url = `http://${slug}.apps.localhost:${port()}/${clientId}`
  const notice = { tenantId: tenant.id, issuer: `${world.originOf(slug)}/auth`, clientId, url, sub: 'person' }
  await world.logoutNotices.add(Array.from({ length: count }, (_, index) => ({ ...notice, sid: `session-${index}` })))
}

describe.each(['Postgres', 'Redis'] as const)('notices of ended sessions, with sessions on %s', (store) => {
  const redisUrl = testRedisUrl()
  const onStore = test.skipIf(store === 'Redis' && inject('redisUrl') === null)
  let redis: Redis | undefined
  beforeAll(async () => {
    redis = store === 'Redis' && redisUrl ? new Redis(redisUrl) : undefined
    await setUp(redis)
  })
  afterEach(() => world.pool.query('delete from gateway.logout_notice'))
  afterAll(async () => {
    await tearDown()
    redis?.disconnect()
  })

  onStore(
    'FC-47 T-130 an app that hangs with 110 sessions delays no other app, and has the slots of its address',
    async () => {
      await givenNotices(110, 'admin')
      await givenNotices(30, 'web-client')
      hangs = (place) => place.endsWith('/admin')
      const told = tell()
      await expect.poll(() => receivedAt('contoso.apps.localhost/web-client'), { timeout: 2_000 }).toBe(30)
      expect(held).toHaveLength(8)
      await givenNotices(1, 'reports') // due while the other app hangs
      await expect.poll(() => receivedAt('contoso.apps.localhost/reports'), { timeout: 3_000 }).toBe(1)
      letGo()
      expect(await told).toBe(141)
      expect(errors).toEqual([])
    },
  )

  onStore('FC-47 T-130 an app that hangs at one tenant’s address is told at another tenant’s at once', async () => {
    await givenNotices(110, 'admin')
    await givenNotices(20, 'admin', 'fabrikam')
    hangs = (place) => place.startsWith('contoso.')
    const told = tell()
    await expect.poll(() => receivedAt('fabrikam.apps.localhost/admin'), { timeout: 2_000 }).toBe(20)
    expect(held).toHaveLength(8)
    letGo()
    expect(await told).toBe(130)
  })

  onStore('T-130 at an address that tenants share they are told by turns', async () => {
    const origin = `http://shared.apps.localhost:${port()}`
    givenApp(world, 'shared', { tenantUrl: tenantUrl(), sharedUrl: `${origin}/`, backchannelLogoutPath: '/shared' })
    const notice = { issuer: `${origin}/auth`, clientId: 'shared', url: `${origin}/shared`, sub: 'person' }
    const notices = (tenantId: string, count: number) =>
      Array.from({ length: count }, (_, sid) => ({ ...notice, tenantId, sid: `${sid}` }))
    await world.logoutNotices.add(notices('first', 100))
    await world.logoutNotices.add(notices('second', 1))
    hangs = () => true
    const told = tell()
    await expect.poll(() => held.length, { timeout: 2_000 }).toBe(8)
    const { rows } = await world.pool.query(
      'select tenant_id from gateway.logout_notice where attempts = 1 group by 1 order by 1',
    )
    expect(rows).toEqual([{ tenant_id: 'first' }, { tenant_id: 'second' }])
    letGo()
    expect(await told).toBe(101)
  })

  onStore.each([
    ['removed', { backchannelLogoutPath: undefined }],
    ['changed', { backchannelLogoutPath: '/elsewhere' }],
    ['moved to another host', { tenantUrl: 'http://{tenant}.elsewhere.localhost/' }],
  ])('FC-86 once an app’s back-channel address is %s, notices owed to the old one are dropped', async (_, change) => {
    givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
    const browser = new Browser()
    await signIn(world, 'contoso', {
      clientId: 'admin',
      browser,
      redirectUri: `http://contoso.apps.localhost:${port()}/callback`,
    })
    await browser.submit(await browser.open(`${world.originOf('contoso')}/auth/logout`), 'Sign out')
    await givenNotices(1, 'web-client')
    expect(await waiting()).toHaveLength(2)
    const app = appOf('admin')
    const before = { ...app }
    Object.assign(app ?? {}, change)
    await tell()
    Object.assign(app ?? {}, before)
    expect(received).toEqual(['contoso.apps.localhost/web-client'])
    expect(await waiting()).toEqual([])
    expect(errors).toEqual([])
  })

  onStore(
    'FC-86 an app that is no longer registered is told nothing; while the registry does not answer nothing is lost',
    async () => {
      await givenNotices(1, 'admin')
      world.registry.outage.isDown = true
      await tell()
      expect(received).toEqual([])
      expect(await waiting()).toEqual([{ client_id: 'admin', attempts: 0 }])
      world.registry.outage.isDown = false
      const [app] = world.registry.apps.splice(
        world.registry.apps.findIndex(({ clientId }) => clientId === 'admin') >>> 0,
        1,
      )
      await world.pool.query(`update gateway.logout_notice set not_before = now() - interval '1 second'`)
      await tell()
      if (app) world.registry.apps.push(app)
      expect(received).toEqual([])
      expect(await waiting()).toEqual([])
    },
  )
})
