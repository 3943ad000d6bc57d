import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { signLogoutToken } from '../src/adapters/openid-provider/token-signing.ts'
import { sendLogoutNotices } from '../src/jobs/send-logout-notices.ts'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn } from './oidc-client.ts'

let world: World
let origin: string
let server: Server
let answer: (path: string, response: ServerResponse) => void
const received: Array<{ path: string; headers: IncomingMessage['headers']; token: string; members: string[] }> = []
const failures: Array<{ clientId: string; reason: string; isLast: boolean }> = []
/** Logout tokens are signed as the app's ID tokens are. */
const ALGORITHMS: Readonly<Record<string, 'ES256' | 'RS256'>> = { 'web-client': 'RS256', admin: 'ES256' }
beforeAll(async () => {
  world = await givenGateway()
  server = createServer(async (request, response) => {
    const body = new URLSearchParams(await text(request))
    const { url: path = '', headers } = request
    received.push({ path, headers, token: body.get('logout_token') ?? '', members: [...body.keys()] })
    answer(request.url ?? '', response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const tenantUrl = `http://{tenant}.apps.localhost:${(server.address() as AddressInfo).port}/`
  const callbackPaths = ['/callback']
  for (const name of ['web-client', 'admin', 'reports']) {
    givenApp(world, name, {
      tenantUrl,
      callbackPaths,
      backchannelLogoutPath: `/${name}/logged-out`,
      idTokenSignedResponseAlg: ALGORITHMS[name] ?? 'RS256',
    })
  }
  givenApp(world, 'deaf', { tenantUrl, callbackPaths })
  origin = world.originOf('contoso')
})
afterAll(async () => {
  server.close()
  await world.close()
})
beforeEach(() => {
  answer = (_path, response) => response.end()
  received.length = 0
  failures.length = 0
  errors.length = 0
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})
afterEach(() => world.pool.query('delete from gateway.logout_notice'))

const errors: unknown[] = []
/** One replica that sends until nothing is due. */
async function tell(timeoutMs = 1_000) {
  const parts = {
    notices: world.logoutNotices,
    registry: world.registry,
    baseUrl: world.baseUrl,
    onError: (error: unknown) => void errors.push(error),
    timeoutMs,
    signToken: async (notice: Parameters<typeof signLogoutToken>[1], alg: Parameters<typeof signLogoutToken>[2]) =>
      signLogoutToken(await world.keys(), notice, alg, world.clock),
    onFailure: ({ clientId }: { clientId: string }, reason: string, isLast: boolean) =>
      void failures.push({ clientId, reason, isLast }),
  }
  return sendLogoutNotices(parts)()
}
const due = () => world.pool.query(`update gateway.logout_notice set not_before = now() - interval '1 second'`)
const waiting = async () =>
  (await world.pool.query('select client_id, attempts from gateway.logout_notice order by client_id')).rows

const appUrl = (path: string) => `http://contoso.apps.localhost:${(server.address() as AddressInfo).port}/${path}`

/** A browser signed in to several apps. */
async function givenSignedIn(clientIds: string[]) {
  const browser = new Browser()
  const ids: Record<string, Record<string, unknown>> = {}
  for (const clientId of clientIds) {
    const redirect = world.registry.apps
      .find((app) => app.clientId === clientId)
      ?.tenantUrl.replace('{tenant}', 'contoso')
    const { tokens } = await signInTo(clientId, browser, `${redirect}callback`)
    ids[clientId] = { ...tokens.claims() }
  }
  return { browser, ids }
}
async function signInTo(clientId: string, browser: Browser, redirectUri: string) {
  return signIn(world, 'contoso', { clientId, browser, redirectUri })
}
async function signOut(browser: Browser) {
  await browser.submit(await browser.open(`${origin}/auth/logout`), 'Sign out')
}

test('T-61 LO-06 signing out notifies every app of the session, each with a token of its own, signed by its algorithm', async () => {
  const { browser, ids } = await givenSignedIn(['web-client', 'admin', 'deaf'])
  await signOut(browser)
  expect(await tell()).toBe(2)
  expect(received.map(({ path }) => path).sort()).toEqual(['/admin/logged-out', '/web-client/logged-out'])

  const { keys } = JSON.parse((await send(`${origin}/auth/jwks`)).text)
  const jtis = new Set<string>()
  for (const clientId of ['web-client', 'admin']) {
    const { token = '', headers } = received.find(({ path }) => path.startsWith(`/${clientId}/`)) ?? {}
    expect(headers?.['content-type']).toBe('application/x-www-form-urlencoded')
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'logout+jwt', alg: ALGORITHMS[clientId] })
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      issuer: `${origin}/auth`,
      audience: clientId,
    })
    expect(payload).toMatchObject({ sub: ids[clientId]?.sub, sid: ids[clientId]?.sid, jti: expect.any(String) })
    expect(payload.sid).toBeTypeOf('string')
    expect(payload.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} })
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(120)
    expect(Math.abs(Number(payload.iat) - Date.now() / 1000)).toBeLessThan(60)
    expect(payload).not.toHaveProperty('nonce')
    jtis.add(String(payload.jti))
  }
  expect(jtis.size).toBe(2)
  expect(await waiting()).toEqual([])
})

test('FC-82 LO-06 oidcc-backchannel-rp-initiated-logout an app that signs a person out gets its notice, and its page back with its state', async () => {
  const app = await givenClient(world, 'contoso', 'web-client', appUrl('callback'))
  const { browser, tokens } = await signInTo('web-client', new Browser(), appUrl('callback'))
  const state = 'farewell'.repeat(16)
  const question = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: appUrl('bye'), state }
  const asked = await browser.open(`${origin}/auth/logout?${new URLSearchParams(question)}`)
  const { url } = await browser.submit(asked, 'Sign out', {}, /^\/bye$/)
  expect(url.href).toBe(`${appUrl('bye')}?state=${state}`)

  await tell()
  const [notice, ...others] = received
  expect([notice?.members, others]).toEqual([['logout_token'], []])
  const { keys } = JSON.parse((await send(`${origin}/auth/jwks`)).text)
  const { sub, sid }: Record<string, unknown> = { ...tokens.claims() }
  const verified = await jwtVerify(notice?.token ?? '', createLocalJWKSet({ keys }), {
    issuer: `${origin}/auth`,
    audience: 'web-client',
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'exp', 'jti'],
  })
  expect(verified.payload).toMatchObject({
    sub,
    sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
  expect(verified.payload).not.toHaveProperty('nonce')
  const { url: silent } = await browser.open((await app.begin({ prompt: 'none' })).url)
  expect(silent.searchParams.get('error')).toBe('login_required')
})

test('T-61 LO-07 an app that hangs, fails or redirects delays neither the person nor the other apps, and is notified again', async () => {
  answer = (path, response) => {
    if (path.startsWith('/admin/')) return // never
    if (path.startsWith('/reports/')) response.writeHead(302, { location: '/elsewhere' }).end()
    else response.end()
  }
  const { browser } = await givenSignedIn(['web-client', 'admin', 'reports'])
  await signOut(browser)
  expect(received).toEqual([]) // told in the background
  await tell()
  expect(received.map(({ path }) => path).sort()).toEqual([
    '/admin/logged-out',
    '/reports/logged-out',
    '/web-client/logged-out',
  ])
  expect(failures.map(({ clientId, reason }) => `${clientId}: ${reason}`).sort()).toEqual([
    'admin: no answer in time',
    'reports: HTTP 302',
  ])
  expect(await waiting()).toEqual([
    { client_id: 'admin', attempts: 1 },
    { client_id: 'reports', attempts: 1 },
  ])
  answer = (_path, response) => response.writeHead(204).end()
  await due()
  await tell()
  expect(await waiting()).toEqual([])
  expect(errors).toEqual([])
})

test('LO-07 after six attempts within an hour an app is given up', async () => {
  answer = (_path, response) => response.writeHead(503).end()
  const { browser } = await givenSignedIn(['web-client'])
  await signOut(browser)
  for (let attempt = 0; attempt < 6; attempt++) {
    await due()
    await tell()
  }
  expect(failures.map(({ isLast }) => isLast)).toEqual([false, false, false, false, false, true])
  expect(await waiting()).toEqual([])
})

test('T-61 two replicas notify an app once', async () => {
  const { browser } = await givenSignedIn(['web-client', 'admin'])
  await signOut(browser)
  await Promise.all([tell(), tell(), tell()])
  expect(received).toHaveLength(2)
})

test('T-61 a session ended from the list of one’s own sessions notifies its apps, and no other session’s', async () => {
  const { ids } = await givenSignedIn(['web-client'])
  const mine = await givenSignedIn(['admin'])
  const page = await mine.browser.open(`${origin}/auth/sessions`)
  const { action, values } = page.formOf('Sign out')
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin }
  await mine.browser.open(new URL(action, page.url), {
    method: 'POST',
    body: new URLSearchParams(values).toString(),
    headers,
  })
  await tell()
  expect(received.map(({ path }) => path)).toEqual(['/web-client/logged-out'])
  const { sid } = JSON.parse(Buffer.from(received[0]?.token.split('.')[1] ?? '', 'base64url').toString())
  expect(sid).toBe(ids['web-client']?.sid)
})

test('LO-13 signing out on one tenant’s host does not end a session on another’s', async () => {
  givenPerson(world, givenConnectedTenant(world, 'fabrikam').tenant.id)
  const { browser } = await givenSignedIn(['web-client'])
  const fabrikam = world.registry.apps
    .find((app) => app.clientId === 'admin')
    ?.tenantUrl.replace('{tenant}', 'fabrikam')
  const other = await signIn(world, 'fabrikam', { clientId: 'admin', browser, redirectUri: `${fabrikam}callback` })
  await signOut(browser)
  await tell()
  expect(received.map(({ path }) => path)).toEqual(['/web-client/logged-out'])
  const login = await other.app.begin({ prompt: 'none' })
  expect((await browser.open(login.url)).url.searchParams.get('code')).toBeTruthy()
})

test('TE-23 oidcc-backchannel-logout-discovery-endpoint-verification discovery names back-channel logout', async () => {
  const document = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
  expect(document).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: `${origin}/auth/logout`,
  })
})
