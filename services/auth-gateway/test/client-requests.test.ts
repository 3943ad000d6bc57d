import { afterAll, beforeAll, expect, test } from 'vitest'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { askForTokens, FORM, givenCode } from './token-requests.ts'

/* How clients say who they are and what they ask for, before any code or token is looked at. No client has a secret. */

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway({ rateLimitFactor: 0 })
  givenApp(world, 'web-client')
  givenApp(world, 'desk-phone', { kind: 'device', callbackPaths: [], postLogoutPaths: [] })
  origin = world.originOf('contoso')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})
afterAll(() => world.close())

const basic = (name: string) => ({ authorization: `Basic ${Buffer.from(`${name}:secret`).toString('base64')}` })
const signsIn = async () => expect((await askForTokens(world, await givenCode(world))).status).toBe(200)

test.each<[string, Record<string, string>, { headers?: Record<string, string>; query?: string }, number, string]>([
  ['an unknown client', { client_id: 'nobody' }, {}, 401, 'invalid_client'],
  ['an unknown client with a secret', { client_id: 'nobody', client_secret: 'secret' }, {}, 401, 'invalid_client'],
  ['a secret', { client_secret: 'secret' }, {}, 401, 'invalid_client'],
  ['a secret in the header', {}, { headers: basic('web-client') }, 401, 'invalid_client'],
  ['an unknown client in the header', { client_id: '' }, { headers: basic('nobody') }, 401, 'invalid_client'],
  ['secrets in header and body', { client_secret: 'secret' }, { headers: basic('web-client') }, 400, 'invalid_request'],
  ['a secret in the address', {}, { query: '?client_secret=secret' }, 400, 'invalid_request'],
  ['another client in the header than in the body', {}, { headers: basic('desk-phone') }, 400, 'invalid_request'],
  ['no client', { client_id: '' }, {}, 400, 'invalid_request'],
])('T-32 TE-09 %s gets no token for a good code', async (_what, change, more, status, error) => {
  await signsIn()
  const answer = await askForTokens(world, { ...(await givenCode(world)), ...change }, more)
  expect([answer.status, answer.body]).toEqual([status, { error, error_description: expect.any(String) }])
  expect(answer.headers['cache-control']).toBe('no-store')
  const challenge =
    status === 401 && more.headers ? expect.stringMatching(/^Basic .*error="invalid_client"/) : undefined
  expect(answer.headers['www-authenticate']).toEqual(challenge)
  await signsIn()
})

test.each(['par', 'introspect', 'revoke', 'device_authorization'])(
  'TE-09 /auth/%s takes no secret either',
  async (path) => {
    const ask = async (query: string, secret: Record<string, string>) => {
      const body = new URLSearchParams({ client_id: 'web-client', token: 'x', ...secret }).toString()
      const answer = await send(`${origin}/auth/${path}${query}`, { method: 'POST', headers: FORM, body })
      return [answer.status, JSON.parse(answer.text).error]
    }
    expect(await ask('', { client_secret: 'secret' })).toEqual([401, 'invalid_client'])
    expect(await ask('?client_secret=secret', {})).toEqual([400, 'invalid_request'])
  },
)

test('TE-09 a wrong secret takes as long to refuse as an unknown client', { timeout: 120_000 }, async () => {
  const questions = ['web-client', 'nobody'].map((clientId) => ({
    body: { grant_type: 'authorization_code', code: 'x', client_id: clientId, client_secret: 'secret' },
    times: [] as number[],
  }))
  // Turn by turn and each first as often as second: what else the machine does slows both alike.
  for (let turn = 0; turn < 1_000; turn++) {
    const question = questions[(turn + (turn >> 1)) % 2]
    const before = performance.now()
    expect((await askForTokens(world, question?.body ?? {})).status).toBe(401)
    question?.times.push(performance.now() - before)
  }
  const [known = 0, unknown = 0] = questions.map(
    ({ times }) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0,
  )
  expect(questions.map(({ times }) => times.length)).toEqual([500, 500])
  expect(Math.abs(known - unknown)).toBeLessThan(5)
})

test.each([
  ['a code that a device presents', { client_id: 'desk-phone' }, 'unauthorized_client'],
  [
    'a device code that an app in a browser presents',
    { grant_type: DEVICE_GRANT, device_code: 'x' },
    'unauthorized_client',
  ],
  ['a password', { grant_type: 'password', username: 'adele', password: 'Passw0rd!' }, 'unsupported_grant_type'],
  ['client credentials', { grant_type: 'client_credentials', scope: 'openid' }, 'unsupported_grant_type'],
  ['nothing, as the implicit grant did', { grant_type: 'implicit' }, 'unsupported_grant_type'],
  ['a grant nobody knows', { grant_type: 'urn:example:nothing' }, 'unsupported_grant_type'],
  ['no grant', { grant_type: '' }, 'invalid_request'],
])('T-32 TE-12 no token is given for %s', async (_what, change: Record<string, string>, error) => {
  await signsIn()
  const answer = await askForTokens(world, { ...(await givenCode(world)), ...change })
  expect([answer.status, answer.body]).toEqual([400, { error, error_description: expect.any(String) }])
})

test('TE-12 an app without device gets no device code', async () => {
  const ask = (clientId: string) =>
    send(`${origin}/auth/device_authorization`, {
      method: 'POST',
      headers: FORM,
      body: `client_id=${clientId}&scope=openid`,
    })
  expect((await ask('desk-phone')).status).toBe(200)
  const refused = await ask('web-client')
  expect([refused.status, JSON.parse(refused.text).error]).toEqual([400, 'unauthorized_client'])
})

test('T-32 TE-14 the token endpoint takes forms by POST alone', async () => {
  const parameters = await givenCode(world)
  const part = ([name, value]: [string, string]) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const multipart = `${Object.entries(parameters).map(part).join('')}--x--\r\n`
  const asked = async (init: Parameters<typeof send>[1], query = '') => {
    const { status, headers, text } = await send(`${origin}/auth/token${query}`, init)
    return [status, headers.allow, JSON.parse(text).error]
  }
  const post = (type: string, body: string) => asked({ method: 'POST', headers: { 'content-type': type }, body })
  const query = `?${new URLSearchParams(parameters)}`
  expect(await asked({}, query)).toEqual([405, 'POST', 'invalid_request'])
  expect(await asked({ method: 'POST' }, query)).toEqual([400, undefined, 'invalid_request'])
  expect(await post('application/json', JSON.stringify(parameters))).toEqual([400, undefined, 'invalid_request'])
  expect(await post('multipart/form-data; boundary=x', multipart)).toEqual([400, undefined, 'invalid_request'])
  expect(await post('text/plain', new URLSearchParams(parameters).toString())).toEqual([
    400,
    undefined,
    'invalid_request',
  ])
  expect((await askForTokens(world, parameters)).status).toBe(200)
})

test.each([
  'TOKEN',
  'Token/',
  'token/',
  'PAR',
  'introspect/',
  'Revoke',
  'userinfo/',
  'DEVICE',
  'device/',
  'Device_Authorization',
  'LOGOUT',
  'logout/Confirm',
  'authorize/',
  'Authorize',
  'authorize/abc/',
  'AUTHORIZE/abc',
  '.well-known/OpenID-configuration',
  'JWKS',
])('T-70 every address has one spelling: there is nothing at /auth/%s', async (path) => {
  for (const method of ['GET', 'POST']) {
    const answer = await send(`${origin}/auth/${path}`, {
      method,
      ...(method === 'POST' && { headers: FORM, body: 'client_id=web-client' }),
    })
    expect([method, answer.status]).toEqual([method, 404])
  }
})
