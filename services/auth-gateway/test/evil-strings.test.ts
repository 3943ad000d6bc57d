import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSessionCookie } from '../src/adapters/openid-provider/session-cookie.ts'
import { nameBrowser } from '../src/domain/browser-name.ts'
import { judgeClaims } from '../src/domain/sign-in/microsoft-claims.ts'
import { chooseReturnTarget } from '../src/domain/sign-in/return-target.ts'
import { readHost } from '../src/domain/site.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn } from './oidc-client.ts'

/* IL-06: 50 KiB that make a careless expression try every way to divide them. What a head can't carry is asked of the function itself. */
const LENGTH = 50 * 1024
const fill = (unit: string, end: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH) + end
const EVIL = {
  'one letter': fill('a', '!'),
  dots: fill('a.', '!'),
  hyphens: fill('a-', '!'),
  slashes: fill('/', '\\'),
  'encoded slashes': fill('%2f', '%'),
  'percent signs': fill('%25', '2'),
  'at signs': fill('a@', '!'),
  blanks: fill(' ', 'x'),
  digits: fill('1', 'x'),
  'cookie pairs': fill('__Host-jackfield-session=; ', 'x'),
  versions: fill('Version/1.', ' Saf'),
  'language tags': fill('de-DE;q=0.', ',*'),
  commas: fill(',', ';'),
  'dotted host': fill('xn--a.', ':99999x'),
} as const
const KINDS = Object.entries(EVIL)

/** Milliseconds this thread worked. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

describe('IL-06 T-102 no expression of ours takes long over 50 KiB of', () => {
  test.each(KINDS)('%s', async (_what, evil) => {
    const origin = 'https://contoso.phone.example'
    const expected = { clientId: 'c', directoryId: 'd', now: 0 }
    for (const read of [
      () => chooseReturnTarget(evil, { origin, allowed: [origin], home: '/' }),
      () => chooseReturnTarget(`/${evil}`.slice(0, 8_192), { origin, allowed: [origin], home: '/' }),
      () => readHost(evil, 'https:'),
      () => readHost(`${evil}.phone.example`, 'https:'),
      () => nameBrowser(evil),
      () => readSessionCookie(evil),
      () => judgeClaims({ sub: 'x', iat: 0, tid: evil, oid: evil, amr: [evil], sid: evil }, expected),
    ]) {
      expect(await cpuOf(read)).toBeLessThan(100)
    }
  })
})

describe('IL-06 T-102 an evil string in a request is refused at once:', () => {
  let world: World
  let origin: string
  beforeAll(async () => {
    world = await givenGateway({ rateLimitFactor: 0 })
    givenApp(world, 'web-client')
    givenApp(world, 'portal', { kind: 'server' })
    givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
    origin = world.originOf('contoso')
    await signIn(world, 'contoso') // everything is compiled once
  })
  afterAll(() => world.close())

  /** On a connection of its own: what one request leaves unread must not be another's. */
  const ask = (url: string, init: Parameters<typeof send>[1] = {}) =>
    send(url, { ...init, headers: { ...init.headers, connection: 'close' } })
  const post = (path: string, body: Record<string, string>) =>
    ask(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(body).toString(),
    })
  /** As much of it as a request's head may have. */
  const inHead = (evil: string) => evil.slice(0, 7_000)

  test.each(KINDS)('%s', async (_what, evil) => {
    const asked: Record<string, string> = {
      ...Object.fromEntries((await (await givenClient(world, 'contoso')).begin()).url.searchParams),
    }
    const query = (more: Record<string, string>) => new URLSearchParams(more).toString()
    const attempts: Array<[string, () => ReturnType<typeof send>, readonly number[]]> = [
      ['redirect URI, pushed', () => post('/auth/par', { ...asked, redirect_uri: evil }), [400, 413]],
      ['redirect URI, posted', () => post('/auth/authorize', { ...asked, redirect_uri: evil }), [303, 400]],
      [
        'redirect URI',
        () => ask(`${origin}/auth/authorize?${query({ ...asked, redirect_uri: inHead(evil).slice(0, 2_000) })}`),
        [400],
      ],
      ['e-mail address as login hint', () => post('/auth/par', { ...asked, login_hint: evil }), [201, 400, 413]],
      [
        'code and verifier',
        () => post('/auth/token', { ...asked, grant_type: 'authorization_code', code: evil, code_verifier: evil }),
        [400, 413],
      ],
      [
        'return target',
        () => ask(`${origin}/auth/signin?app=portal&returnTo=${encodeURIComponent(inHead(evil).slice(0, 2_000))}`),
        [303],
      ],
      [
        'host',
        () => ask(`${origin}/auth/session`, { headers: { host: `${inHead(evil)}.${new URL(origin).host}` } }),
        [400, 404],
      ],
      ...['user-agent', 'accept-language', 'cookie', 'accept', 'origin', 'content-type'].map(
        (name) =>
          [name, () => ask(`${origin}/auth/session`, { headers: { [name]: inHead(evil) } }), [400, 401, 415]] as [
            string,
            () => ReturnType<typeof send>,
            number[],
          ],
      ),
    ]
    for (const [what, attempt, statuses] of attempts) {
      let status: unknown
      const cpu = await cpuOf(async () => {
        status = (
          await attempt().catch((error: unknown) => ({
            status: /ECONNRESET|EPIPE/.test(String(error)) ? statuses[0] : String(error),
          }))
        ).status
      })
      expect([what, statuses.includes(status as number) ? 'refused' : status]).toEqual([what, 'refused'])
      expect([what, cpu < 100 ? 'quick' : cpu]).toEqual([what, 'quick'])
    }
  })

  test.each(['user-agent', 'accept-language'])('a whole 50 KiB of %s is too much of a head', async (name) => {
    const { host, port } = new URL(origin)
    const socket = connect(Number(port), '127.0.0.1')
    const answer = text(socket).catch(() => '')
    socket.write(`GET /auth/session HTTP/1.1\r\nHost: ${host}\r\n${name}: ${EVIL['language tags']}\r\n\r\n`)
    expect(await answer).toMatch(/^HTTP\/1\.1 431/)
  })

  test('a good sign-in still works', async () => {
    expect((await signIn(world, 'contoso')).tokens.claims()?.tenant).toBe('contoso')
    expect(world.faults).toEqual([])
  })
})
