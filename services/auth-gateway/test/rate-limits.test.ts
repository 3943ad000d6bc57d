import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway({ trustedProxies: ['127.0.0.1'] })
  givenApp(world, 'web-client')
  givenApp(world, 'desk-phone', { kind: 'device', callbackPaths: [] })
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  origin = world.originOf('contoso')
})
afterAll(() => world.close())

type Answers = Array<{ status: number; retryAfter: string | undefined }>
/** Many requests, some at a time. */
async function many(count: number, ask: () => ReturnType<typeof send>): Promise<Answers> {
  const answers: Answers = []
  const next = async () => {
    while (answers.length < count) {
      const slot = answers.push({ status: 0, retryAfter: undefined }) - 1
      const { status, headers } = await ask()
      answers[slot] = { status, retryAfter: headers['retry-after'] }
    }
  }
  await Promise.all(Array.from({ length: 20 }, next))
  return answers
}
const form = (path: string, address: string, body: string) =>
  send(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': address },
    body,
  })

test.each([
  [
    'sign-ins',
    600,
    (address: string) => send(`${origin}/auth/authorize?client_id=nobody`, { headers: { 'x-forwarded-for': address } }),
  ],
  ['pushed requests', 600, (address: string) => form('/auth/par', address, 'client_id=web-client')],
  [
    'token requests',
    1_200,
    (address: string) => form('/auth/token', address, 'client_id=web-client&grant_type=refresh_token&refresh_token=x'),
  ],
  [
    'device codes',
    60,
    (address: string) => form('/auth/device_authorization', address, 'client_id=desk-phone&scope=openid'),
  ],
] as const)(
  'IL-03 T-102 one address gets so many %s a minute, then 429 with the time to wait; others are not disturbed',
  async (what, max, ask) => {
    const address = `203.0.113.${100 + what.length}`
    const answers = await many(max + 20, () => ask(address))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(20)
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1 && Number(retryAfter) <= 60)).toBe(true)
    expect((await ask('198.51.100.7')).status).not.toBe(429)
  },
)

test('IL-03 T-70 an address counts in whatever spelling it is asked for', async () => {
  const ask = (path: string) => send(`${origin}${path}?app=nobody`, { headers: { 'x-forwarded-for': '203.0.113.77' } })
  await many(600, () => ask('/auth/sign%69n'))
  expect((await ask('/auth/signin')).status).toBe(429)
  expect((await ask('/auth/%73ignin')).status).toBe(429)
})

test('IL-03 of an IPv6 network of one customer all addresses count as one', async () => {
  const ask = (address: string) => form('/auth/device_authorization', address, 'client_id=desk-phone&scope=openid')
  let index = 0
  await many(60, () => ask(`2001:db8:7:1::${(index++).toString(16)}`))
  expect((await ask('2001:db8:7:1:ffff::1')).status).toBe(429)
  expect((await ask('2001:db8:7:2::1')).status).toBe(200)
})

test('TE-29 T-35 20 wrong user codes stop an address; others still connect their devices', async () => {
  const guessing = new Browser()
  const headers = { 'x-forwarded-for': '203.0.113.77' }
  const statuses: number[] = []
  for (let guess = 0; guess < 25; guess++) {
    const page = await guessing.open(`${origin}/auth/device`, { headers })
    const { action, values } = page.formOf('Continue')
    const body = new URLSearchParams({ ...values, user_code: 'BBBB-BBBB' }).toString()
    const answer = await guessing.open(new URL(action, page.url), {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    })
    statuses.push(answer.status)
  }
  expect(statuses.slice(0, 20).every((status) => status === 200)).toBe(true)
  expect(statuses.slice(20)).toEqual([429, 429, 429, 429, 429])

  const { browser } = await signIn(world, 'contoso')
  const page = await browser.open(`${origin}/auth/device`)
  expect((await browser.submit(page, 'Continue', { user_code: 'CCCC-CCCC' })).status).toBe(200)
})

test('IL-03 30 wrong API keys are followed by 429; a good key from the same address still works', async () => {
  const ask = (key: string) =>
    send(`http://control.phone.localhost:${world.port}/api/v1/tenants`, {
      headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': '203.0.113.9' },
    })
  const answers = await many(40, () => ask('wrong-key-wrong-key'))
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(30)
  expect(answers.filter(({ status, retryAfter }) => status === 429 && Number(retryAfter) > 0)).toHaveLength(10)
  world.registry.keys.set('good-key-good-key', { kind: 'api-key', id: 'k', scope: 'platform', role: 'admin' } as never)
  expect((await ask('good-key-good-key')).status).not.toBe(429)
})

test('T-102 a forwarded address counts only from a proxy that is trusted', async () => {
  const distrustful = await givenGateway()
  givenApp(distrustful, 'desk-phone', { kind: 'device', callbackPaths: [] })
  givenPerson(distrustful, givenConnectedTenant(distrustful, 'contoso').tenant.id)
  let index = 0
  const answers = await many(80, () =>
    send(`${distrustful.originOf('contoso')}/auth/device_authorization`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': `203.0.113.${index++}` },
      body: 'client_id=desk-phone&scope=openid',
    }),
  )
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20)
  await distrustful.close()
})
