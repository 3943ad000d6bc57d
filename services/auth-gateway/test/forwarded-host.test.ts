import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readHost } from '../src/domain/site.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, type World } from './given.ts'

const DISCOVERY = '/auth/.well-known/openid-configuration'

describe('the scheme’s default port is no other host', () => {
  test.each([
    ['contoso.phone.example:443', 'https:', 'contoso.phone.example'],
    ['Contoso.Phone.Example', 'https:', 'contoso.phone.example'],
    ['contoso.phone.example:80', 'https:', 'contoso.phone.example:80'],
    ['contoso.phone.example:80', 'http:', 'contoso.phone.example'],
    ['contoso.phone.example:443', 'http:', 'contoso.phone.example:443'],
    ['contoso.phone.example:8443', 'https:', 'contoso.phone.example:8443'],
    ['contoso.phone.example:0443', 'https:', 'contoso.phone.example:0443'],
    ['contoso.phone.example:443:443', 'https:', undefined],
    ['[::1]:443', 'https:', '[::1]'],
  ])('FC-06 T-139 %s under %s is %s', (header, protocol, host) => {
    expect(readHost(header, protocol)).toBe(host)
  })

  test('FC-06 T-139 a tenant’s host and Control’s are served with :443 as without it, by one issuer', async () => {
    const world = await givenGateway({ baseUrl: 'https://phone.example' })
    givenConnectedTenant(world, 'contoso')
    const ask = (host: string, path: string) => send(`http://127.0.0.1:${world.port}${path}`, { headers: { host } })
    for (const host of ['contoso.phone.example', 'contoso.phone.example:443']) {
      const answer = await ask(host, DISCOVERY)
      expect([answer.status, JSON.parse(answer.text).issuer]).toEqual([200, 'https://contoso.phone.example/auth'])
      const control = await ask(host.replace('contoso', 'control'), '/auth/control/session')
      expect(control.status).toBe(401)
    }
    expect((await ask('contoso.phone.example:80', DISCOVERY)).status).toBe(404)
    await world.close()
  })
})

describe('T-139 behind a trusted proxy', () => {
  let world: World
  beforeAll(async () => {
    world = await givenGateway({ baseUrl: 'https://phone.example', trustedProxies: ['127.0.0.1'] })
    givenApp(world, 'portal', { kind: 'server' })
    givenConnectedTenant(world, 'contoso')
    givenConnectedTenant(world, 'fabrikam')
  })
  afterAll(() => world.close())

  const ask = (path: string, host: string, forwarded?: string) =>
    send(`http://127.0.0.1:${world.port}${path}`, {
      headers: { host, ...(forwarded !== undefined && { 'x-forwarded-host': forwarded }) },
    })
  const CONTOSO = 'contoso.phone.example'

  test.each([
    CONTOSO,
    'CONTOSO.phone.example',
    `${CONTOSO}:443`,
    `fabrikam.phone.example, ${CONTOSO}`,
    `fabrikam.phone.example,${CONTOSO}:443 `,
  ])('a forwarded host %j, read from the trusted end, is the Host', async (forwarded) => {
    for (const host of [CONTOSO, `${CONTOSO}:443`]) {
      const answer = await ask(DISCOVERY, host, forwarded)
      expect([answer.status, JSON.parse(answer.text).issuer]).toEqual([200, `https://${CONTOSO}/auth`])
    }
  })

  test.each([
    [CONTOSO, 'fabrikam.phone.example'],
    [CONTOSO, `${CONTOSO}, fabrikam.phone.example`],
    [CONTOSO, `${CONTOSO}:80`],
    [CONTOSO, `${CONTOSO}@evil.test`],
    [CONTOSO, ','],
    ['control.phone.example', CONTOSO],
    ['auth-gateway.jackfield.svc.cluster.local:8080', CONTOSO],
  ])('Host %s with a forwarded host %j is refused with 400', async (host, forwarded) => {
    for (const path of [DISCOVERY, '/auth/session', '/auth/signin?app=portal', '/api/v1/tenants', '/'])
      expect([path, (await ask(path, host, forwarded)).status]).toEqual([path, 400])
    expect(JSON.parse((await ask('/auth/session', host, forwarded)).text).code).toBe('forwarded-host-differs')
  })

  test.each(['/health/live', '/health/ready', '/metrics'])(
    '%s is not reached by a forwarded inner host',
    async (path) => {
      expect((await ask(path, CONTOSO, 'localhost')).status).toBe(400)
      expect((await ask(path, CONTOSO, '10.0.0.1:8080')).status).toBe(400)
      expect((await ask(path, '127.0.0.1')).status).toBe(200)
    },
  )

  test.each(['/auth/verify', '/auth/verify/apps/portal', '/auth/verify/apps/portal/x'])(
    '%s may name a third host: Traefik asks at the gateway’s own address',
    async (path) => {
      const inner = 'auth-gateway.jackfield.svc.cluster.local:8080'
      expect((await ask(path, inner, CONTOSO)).status).toBe(401)
      expect((await ask(path, inner, `nobody.phone.example`)).status).toBe(404)
      expect((await ask(path, inner)).status).toBe(404)
    },
  )

  test('a forwarded host of an untrusted client is ignored', async () => {
    const distrustful = await givenGateway({ baseUrl: 'https://phone.example', trustedProxies: ['192.0.2.1'] })
    givenConnectedTenant(distrustful, 'contoso')
    const headers = { host: CONTOSO, 'x-forwarded-host': 'fabrikam.phone.example' }
    const answer = await send(`http://127.0.0.1:${distrustful.port}${DISCOVERY}`, { headers })
    expect([answer.status, JSON.parse(answer.text).issuer]).toEqual([200, `https://${CONTOSO}/auth`])
    await distrustful.close()
  })
})
