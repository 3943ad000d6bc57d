import { decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rotatePlatformKeys } from '../src/adapters/platform-keys.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn } from './oidc-client.ts'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  origin = world.originOf('contoso')
})
afterAll(() => world.close())

const userinfo = async (token: string) =>
  (await send(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status
type Key = { kid: string; alg: string }
const published = async (of = 'ES256') =>
  JSON.parse((await send(`${origin}/auth/jwks`)).text)
    .keys.filter(({ alg }: Key) => alg === of)
    .map(({ kid }: Key) => kid)
/** Some days later, and every replica has read the keys again. */
async function rotate(days: number) {
  await rotatePlatformKeys(world.db, world.sealingKeys, new Date(Date.now() + days * 86_400_000), 90)
  world.forgetKeys()
}

test('TE-26 a new key is published before it signs, the old one verifies after it; sessions, tokens and refreshes stay valid', async () => {
  const first = await signIn(world, 'contoso')
  const kid = (token: string) => decodeProtectedHeader(token).kid
  const old = kid(first.tokens.access_token)
  expect(await published()).toEqual([old])
  const [oldRsa] = await published('RS256')
  expect(kid(first.tokens.id_token ?? '')).toBe(oldRsa)

  await rotate(91)
  const [, next] = await published()
  expect(next).toBeTruthy()
  expect(kid((await signIn(world, 'contoso')).tokens.access_token)).toBe(old)

  await rotate(92.1)
  expect(new Set(await published())).toEqual(new Set([old, next]))
  expect(await userinfo(first.tokens.access_token)).toBe(200)
  const app = await givenClient(world, 'contoso') // its copy of the key set is a day old at most
  const refreshed = await client.refreshTokenGrant(app.configuration, first.tokens.refresh_token ?? '')
  expect(kid(refreshed.access_token)).toBe(next)
  expect(await userinfo(refreshed.access_token)).toBe(200)
  const login = await app.begin({ prompt: 'none' })
  const silent = await first.browser.open(login.url)
  expect(silent.url.searchParams.get('code')).toBeTruthy() // the session's cookie was signed by the old key
  const [nextRsa] = (await published('RS256')).filter((each: string) => each !== oldRsa)
  expect(kid((await app.redeem(silent.url, login)).id_token ?? '')).toBe(nextRsa)

  await rotate(108)
  expect([await published(), await published('RS256')]).toEqual([[next], [nextRsa]])
  const newest = await signIn(world, 'contoso')
  expect(await userinfo(newest.tokens.access_token)).toBe(200)
})
