import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listGetRoutes } from '@jackfield/test-environment/get-routes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenBackend } from './admin-backend.ts'
import { Browser, send } from './browser.ts'
import { CONTROL_COOKIE, controlCookie, enterControl } from './control-sign-in.ts'
import {
  ADELE,
  givenAdministrator,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  type World,
} from './given.ts'
import { LOGO } from './given-branding.ts'
import { givenClient, signIn } from './oidc-client.ts'

const KEY = 'jf_test_0123456789abcdef'
const SHA = '0'.repeat(64)
let world: World
let backend: Awaited<ReturnType<typeof givenBackend>>
let directory: string
let contoso: string
let control: string
let accountId: string
let tenantId: string
beforeAll(async () => {
  backend = await givenBackend('tenant-registry')
  directory = await mkdtemp(join(tmpdir(), 'control-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Control</title>')
  world = await givenGateway({ controlDirectory: directory, backends: { registry: backend.url, roster: backend.url } })
  givenApp(world, 'web-client')
  givenApp(world, 'desk', { kind: 'device' })
  givenApp(world, 'portal', { kind: 'server', tenantUrl: `http://{tenant}.phone.localhost:${world.port}/portal/` })
  const { tenant, account } = givenConnectedTenant(world, 'contoso')
  accountId = account.id
  tenantId = tenant.id
  givenPerson(world, tenant.id)
  givenAdministrator(world, tenant.id)
  world.registry.keys.set(KEY, { id: 'key:1', scope: 'platform', role: 'admin' })
  contoso = world.originOf('contoso')
  control = world.originOf('control')
})
afterAll(async () => {
  await world.close()
  await backend.app.close()
  await rm(directory, { recursive: true })
})

const cookiesOf = (browser: Browser, host = 'contoso') =>
  browser.cookies
    .filter((cookie) => cookie.host.startsWith(host))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')

type Case = { url: string; headers?: Record<string, string> }

/** An attempt that waits at Microsoft, or, with `stopAt`, at another step of ours. */
async function givenAttempt(stopAt?: RegExp) {
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const browser = new Browser()
  const page = await browser.open(login.url)
  const person = { username: ADELE.userPrincipalName, password: 'Passw0rd!' }
  const stopped = stopAt && (await browser.submit(page, 'Sign in', person, stopAt))
  const uid = browser.visited.map((url) => /interaction\/([\w-]+)/.exec(url)?.[1]).find(Boolean) ?? ''
  return { login, browser, uid, url: stopped?.url.href ?? '', headers: { cookie: cookiesOf(browser) } }
}

/** What the provider’s wildcard route serves. */
const PROVIDER: Record<string, () => Promise<Case>> = {
  '/auth/authorize': async () => ({ url: (await (await givenClient(world, 'contoso')).begin()).url.href }),
  '/auth/authorize/:uid': () => givenAttempt(/\/auth\/authorize\/[\w-]+$/),
  '/auth/logout': async () => ({
    url: `${contoso}/auth/logout`,
    headers: { cookie: cookiesOf((await signIn(world, 'contoso')).browser) },
  }),
  '/auth/device': async () => ({ url: `${contoso}/auth/device` }),
  '/auth/jwks': async () => ({ url: `${contoso}/auth/jwks` }),
  '/auth/.well-known/openid-configuration': async () => ({ url: `${contoso}/auth/.well-known/openid-configuration` }),
  '/auth/userinfo': async () => {
    const { tokens } = await signIn(world, 'contoso')
    return { url: `${contoso}/auth/userinfo`, headers: { authorization: `Bearer ${tokens.access_token}` } }
  },
  '/auth/nothing': async () => ({ url: `${contoso}/auth/nothing` }),
}

const signedIn = async (path: string): Promise<Case> => ({
  url: contoso + path,
  headers: { cookie: cookiesOf((await signIn(world, 'contoso')).browser) },
})
const asAdmin = (path: string) => async (): Promise<Case> => ({
  url: `${control}/api/v1${path}`,
  headers: { authorization: `Bearer ${KEY}` },
})
const plain = (path: string) => async (): Promise<Case> => ({ url: contoso + path })

/** A request for each GET route, in a state in which GET changes something, if it ever does. */
const CASES: Record<string, () => Promise<Case>> = {
  '/auth/interaction/:uid': () => givenAttempt(/\/auth\/interaction\/[\w-]+$/),
  '/auth/interaction/:uid/address': async () => ({ url: `${contoso}/auth/interaction/x/address` }),
  '/auth/interaction/:uid/tenant/:tenantId': async () => ({ url: `${contoso}/auth/interaction/x/tenant/${accountId}` }),
  '/auth/interaction/:uid/microsoft/:accountId': async () => {
    const { uid, headers } = await givenAttempt()
    return { url: `${contoso}/auth/interaction/${uid}/microsoft/${accountId}`, headers }
  },
  '/auth/microsoft/redeem': async () => ({ url: `${contoso}/auth/microsoft/redeem?handle=${'h'.repeat(43)}` }),
  '/auth/microsoft/redeemed': async () => ({ url: `${contoso}/auth/microsoft/redeemed?handle=${'h'.repeat(43)}` }),
  '/auth/microsoft/frontchannel-logout': async () => {
    world.m365.tamperNextIdToken({ claims: { sid: '0f3c8f6e-6d0a-4f6b-9a31-0f6f2f3b8c11' } })
    await signIn(world, 'contoso')
    return { url: `${world.baseUrl}/auth/microsoft/frontchannel-logout?sid=0f3c8f6e-6d0a-4f6b-9a31-0f6f2f3b8c11` }
  },
  '/auth/signed-in': plain('/auth/signed-in'),
  '/auth/signin': plain('/auth/signin?app=portal&returnTo=/portal/'),
  '/auth/signin/done': async () => {
    const browser = new Browser()
    const page = await browser.open(`${contoso}/auth/signin?app=portal`)
    const person = { username: ADELE.userPrincipalName, password: 'Passw0rd!' }
    const done = await browser.submit(page, 'Sign in', person, /\/auth\/signin\/done$/)
    return { url: done.url.href, headers: { cookie: cookiesOf(browser) } }
  },
  '/auth/signout': plain('/auth/signout?app=portal'),
  '/auth/sessions': () => signedIn('/auth/sessions'),
  '/auth/session': () => signedIn('/auth/session'),
  '/auth/verify': () => signedIn('/auth/verify'),
  '/auth/verify/apps/:clientId': () => signedIn('/auth/verify/apps/portal'),
  '/auth/verify/apps/:clientId/*': () => signedIn('/auth/verify/apps/portal/portal/'),
  '/auth/sign-in-options': plain('/auth/sign-in-options'),
  '/auth/device/qr.svg': plain('/auth/device/qr.svg?user_code=BBBB-CCCC'),
  '/auth/logo/:sha256': async () => {
    const row = world.registry.tenantAt('contoso')
    if (row) row.resolution.branding = { ...row.resolution.branding, logo: { mediaType: 'image/svg+xml', sha256: SHA } }
    world.registry.findLogo = async () => ({ mediaType: 'image/svg+xml', bytes: Buffer.from(LOGO) })
    return { url: `${contoso}/auth/logo/${SHA}` }
  },
  '/auth/control/session': async () => {
    const { browser } = await enterControl(world)
    world.time.shift += 120 // its last use is written anew
    return {
      url: `${control}/auth/control/session`,
      headers: { cookie: `${CONTROL_COOKIE}=${controlCookie(browser)}` },
    }
  },
  '/api/v1/openapi.json': async () => ({
    url: `${control}/api/v1/openapi.json`,
    headers: { authorization: `Bearer ${KEY}` },
  }),
  '/api/v1/docs': async () => ({ url: `${control}/api/v1/docs` }),
  '/api/v1/problems/:code': async () => ({ url: `${control}/api/v1/problems/not-found` }),
  '/api/v1/tenants/:tenantId/sessions': () => asAdmin(`/tenants/${tenantId}/sessions`)(),
  '/api/v1/tenants/:tenantId/users/:userId/sessions': () =>
    asAdmin(`/tenants/${tenantId}/users/${accountId}/sessions`)(),
  '/api/v1/signing-keys': asAdmin('/signing-keys'),
  '/api/v1/signing-keys/:kid/reach': asAdmin('/signing-keys/unknown/reach'),
  '/api/v1/*': asAdmin('/tenants'),
  '/*': async () => ({ url: `${control}/tenants` }),
  '/health/live': async () => ({ url: `http://127.0.0.1:${world.port}/health/live` }),
  '/health/ready': async () => ({ url: `http://127.0.0.1:${world.port}/health/ready` }),
  '/health/serving': async () => ({ url: `http://127.0.0.1:${world.port}/health/serving` }),
  '/metrics': async () => ({ url: `http://127.0.0.1:${world.port}/metrics` }),
  ...PROVIDER,
}
/** Microsoft’s answers, which are no link; a stream, whose service answers HEAD; the provider’s wildcard. */
const ELSEWHERE = [/^\/auth\/microsoft\/callback/, /\/events$/, /^\/auth\/\*$/]

const stored = async () =>
  (
    await world.pool.query(`select
      (select string_agg(key || md5(payload) || coalesce(consumed_at::text, '') || coalesce(waits_at, ''), ',' order by key) from gateway.short_lived_record) as records,
      (select count(*)::int from gateway.pending_audit_event) as events,
      (select count(*)::int from gateway.logout_notice) as notices`)
  ).rows[0]

test.each(Object.keys(CASES))(
  'FC-07 HEAD of %s answers as GET does, sets no cookie and changes nothing',
  async (route) => {
    const { url, headers = {} } = (await CASES[route]?.()) ?? { url: '' }
    const before = await stored()
    const audits = world.registry.audits.length
    const head = await send(url, { method: 'HEAD', headers })
    expect(await stored()).toEqual(before)
    expect(world.registry.audits.length).toBe(audits)
    const get = await send(url, { headers })
    const told = ({ status, headers: answered }: typeof get) => ({
      status,
      type: answered['content-type'],
      caching: answered['cache-control'],
      location: answered.location?.replace(/[?].*|(?<=interaction\/).*/, ''),
    })
    expect(told(head)).toEqual(told(get))
    expect([head.text, head.headers['set-cookie']]).toEqual(['', undefined])
  },
)

test('FC-07 these are all GET routes, and each of them answers HEAD', () => {
  const routes = listGetRoutes(world.app)
  expect(routes.length).toBeGreaterThan(25)
  const others = routes.filter(({ path }) => !ELSEWHERE.some((pattern) => pattern.test(path)))
  expect(others.filter(({ answersHead }) => !answersHead)).toEqual([])
  expect(others.map(({ path }) => path).filter((path) => !(path in CASES))).toEqual([])
})
