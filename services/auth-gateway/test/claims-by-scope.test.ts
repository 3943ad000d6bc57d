import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { binding, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, passMicrosoft } from './oidc-client.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
})

/** What ID token, access token and userinfo say to an app that asks for `scope`. */
async function claimsFor(scope: string, more: Record<string, string> = {}) {
  const { tenant } = givenConnectedTenant(world, 'contoso')
  const person = givenPerson(world, tenant.id, { bindings: [binding('101')] })
  const app = await givenClient(world, 'contoso')
  const login = await app.begin({ scope, ...more })
  const browser = new Browser()
  const page = await passMicrosoft(browser, await browser.open(login.url))
  const tokens = await app.redeem(page.url, login)
  return {
    tenant,
    person,
    idToken: decodeJwt(tokens.id_token ?? ''),
    accessToken: decodeJwt(tokens.access_token),
    userinfo: await client.fetchUserInfo(app.configuration, tokens.access_token, person.id),
  }
}

const OF_PHONE_SYSTEM = ['tenant', 'tenant_id', 'bindings', 'extensions', 'phone_systems']
const OF_PROFILE = ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at']

test('FC-84 with the scope openid alone the ID token, which ends up in addresses, names nobody and no phone system', async () => {
  const { idToken, userinfo, person } = await claimsFor('openid')
  const ofProtocol = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'sid', 'auth_time', 'acr', 'amr']
  expect(Object.keys(idToken).filter((claim) => !ofProtocol.includes(claim))).toEqual([])
  expect(idToken.sub).toBe(person.id)
  for (const claim of [...OF_PROFILE, 'email', 'phone_number']) expect(userinfo).not.toHaveProperty(claim)
})

test.each([
  ['profile', OF_PROFILE],
  ['email', ['email']],
  ['phone', ['phone_number']],
  ['phone_system', OF_PHONE_SYSTEM],
])('FC-84 the scope %s gives its own claims and no others, in the ID token and at userinfo', async (scope, claims) => {
  const { idToken, userinfo } = await claimsFor(`openid ${scope}`)
  for (const claim of claims) {
    expect(idToken).toHaveProperty(claim)
    expect(userinfo[claim]).toEqual(idToken[claim])
  }
  const others = [...OF_PROFILE, 'email', 'phone_number', ...OF_PHONE_SYSTEM].filter((claim) => !claims.includes(claim))
  for (const claim of others) expect(idToken).not.toHaveProperty(claim)
})

test('FC-84 access token and userinfo have the claims of the phone system always, with ids beside the names', async () => {
  const { accessToken, userinfo, tenant, person } = await claimsFor('openid')
  const [bound] = person.bindings
  const ofPhoneSystem = {
    tenant: 'contoso',
    tenant_id: tenant.id,
    bindings: [{ phone_system_id: bound?.phoneSystemId, phone_system: bound?.phoneSystemName, extension: '101' }],
    extensions: ['101'],
    phone_systems: [bound?.phoneSystemName],
  }
  expect(accessToken).toMatchObject(ofPhoneSystem)
  expect(userinfo).toMatchObject(ofPhoneSystem)
})

test('FC-84 discovery names the scope, its claims and the acr, which is told to who asks for it; an empty amr is not', async () => {
  const document = JSON.parse((await send(`${world.originOf('contoso')}/auth/.well-known/openid-configuration`)).text)
  expect(document.scopes_supported).toContain('phone_system')
  expect(document.claims_supported).toEqual(expect.arrayContaining(OF_PHONE_SYSTEM))
  const [acr] = document.acr_values_supported
  const asked = await claimsFor('openid', { acr_values: `1 ${acr}` })
  expect(asked.idToken.acr).toBe(acr)
  expect(asked.idToken).not.toHaveProperty('amr')
})
