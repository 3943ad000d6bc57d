import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADATUM_DIRECTORY_ID, MALLORY } from '../../src/demo/adatum.ts'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  JACKFIELD_CLIENT_ID,
  JACKFIELD_CLIENT_SECRET,
  JACKFIELD_SECRET_ID,
} from '../../src/demo/contoso.ts'
import {
  FABRIKAM_CLIENT_ID,
  FABRIKAM_CLIENT_SECRET,
  FABRIKAM_DIRECTORY_ID,
  FABRIKAM_GUEST_ID,
} from '../../src/demo/fabrikam.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { appOnly, givenCode, givenEmulator, givenUser, postToken, redemption, SPA } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const ORIGIN = { origin: 'http://app.localhost:4000' }
const spa = { redirect_uri: SPA, client_secret: undefined }

describe('S11 the platform of the redirect URI decides which client may redeem', () => {
  test.each([
    ['web with a secret', {}, {}, {}, 200, undefined],
    ['web without a secret', {}, { client_secret: undefined }, {}, 401, 7000218],
    ['web with an Origin', {}, {}, ORIGIN, 400, 9002326],
    ['spa with an Origin', { redirect_uri: SPA }, spa, ORIGIN, 200, undefined],
    ['spa without an Origin', { redirect_uri: SPA }, spa, {}, 400, 9002327],
    ['spa with a secret', { redirect_uri: SPA }, { redirect_uri: SPA }, ORIGIN, 401, 700025],
  ])('%s', async (_name, asked, sent, headers, status, code) => {
    const answer = await postToken(m365, redemption(await givenCode(m365, asked), sent), headers)
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code })
    const isSpa = 'redirect_uri' in sent && 'origin' in headers
    expect(answer.headers.get('access-control-allow-origin')).toBe(isSpa ? ORIGIN.origin : null)
  })

  test('a preflight request is answered', async () => {
    const url = `${m365.origin}/common/oauth2/v2.0/token`
    const response = await fetch(url, {
      method: 'OPTIONS',
      headers: { ...ORIGIN, 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-methods')).toContain('POST')
  })

  test('a refresh token of a spa sign-in needs an Origin and expires 24 hours after the sign-in', async () => {
    const own = await givenEmulator()
    const { body } = await postToken(own, redemption(await givenCode(own, { redirect_uri: SPA }), spa), ORIGIN)
    const refresh = {
      grant_type: 'refresh_token',
      client_id: JACKFIELD_CLIENT_ID,
      refresh_token: String(body.refresh_token),
    }
    expect((await postToken(own, refresh)).code).toBe(9002327)
    own.advanceTime(23 * 3600_000)
    const second = await postToken(own, refresh, ORIGIN)
    expect(second.status).toBe(200)
    own.advanceTime(2 * 3600_000)
    expect((await postToken(own, { ...refresh, refresh_token: String(second.body.refresh_token) }, ORIGIN)).code).toBe(
      700084,
    )
    await own.close()
  })
})

describe('a code', () => {
  test.each([
    [501481, 'with a wrong verifier', { code_verifier: 'x'.repeat(50) }],
    [501481, 'without the verifier', { code_verifier: undefined }],
    [900144, 'without a redirect URI', { redirect_uri: undefined }],
    [50011, 'with an unregistered redirect URI', { redirect_uri: 'http://app.localhost:4000/other' }],
    [7000215, 'with a wrong secret', { client_secret: 'a-wrong-secret-value' }],
    [70000, 'that was never issued', { code: 'nonsense' }],
  ])('AADSTS%i %s', async (code, _name, sent) => {
    expect((await postToken(m365, redemption(await givenCode(m365), sent))).code).toBe(code)
  })

  test('works once (then AADSTS54005), and only on its tenant path (AADSTS700005)', async () => {
    const code = await givenCode(m365)
    expect((await postToken(m365, redemption(code))).status).toBe(200)
    expect((await postToken(m365, redemption(code))).code).toBe(54005)
    expect((await postToken(m365, redemption(await givenCode(m365)), {}, 'organizations')).code).toBe(700005)
  })

  test('is invalid after a failed client authentication, and expires after ten minutes', async () => {
    const own = await givenEmulator()
    const code = await givenCode(own)
    await postToken(own, redemption(code, { client_secret: 'a-wrong-secret-value' }))
    expect((await postToken(own, redemption(code))).code).toBe(501481)
    const late = await givenCode(own)
    own.advanceTime(600_001)
    expect((await postToken(own, redemption(late))).code).toBe(70008)
    await own.close()
  })

  test('is redeemed by one of two concurrent requests', async () => {
    const code = await givenCode(m365)
    const answers = await Promise.all([postToken(m365, redemption(code)), postToken(m365, redemption(code))])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    expect(answers.map(({ code }) => code)).toContain(54005)
  })

  test('of a user disabled since is refused with AADSTS50057', async () => {
    const user = givenUser(m365)
    const code = await givenCode(m365, {}, CONTOSO_DIRECTORY_ID, user.userPrincipalName)
    m365.directory(CONTOSO_DIRECTORY_ID).disableUser(user.id)
    expect((await postToken(m365, redemption(code))).code).toBe(50057)
  })
})

describe('ID token', () => {
  const claimsOf = async (scope: string, tenant: string, userName: string, client: Record<string, string> = {}) => {
    const code = await givenCode(
      m365,
      { scope, ...(client.client_id && { client_id: client.client_id }) },
      tenant,
      userName,
    )
    return decodeJwt(String((await postToken(m365, redemption(code, client), {}, tenant)).body.id_token))
  }

  test('oid, tid and names need the profile scope', async () => {
    const claims = await claimsOf('openid', CONTOSO_DIRECTORY_ID, ADELE.userPrincipalName)
    for (const claim of ['oid', 'tid', 'name', 'preferred_username']) expect(claims).not.toHaveProperty(claim)
    expect(claims).toMatchObject({ ver: '2.0', nonce: 'a-nonce', sid: expect.any(String) })
  })

  test('S47 RP-23 a foreign user signs in at organizations with their own tid and the victim’s mail', async () => {
    const claims = await claimsOf('openid profile email', 'organizations', MALLORY.userPrincipalName)
    expect(claims).toMatchObject({
      tid: ADATUM_DIRECTORY_ID,
      oid: MALLORY.id,
      email: ADELE.userPrincipalName,
      xms_edov: false,
    })
    expect(claims.iss).toBe(`${m365.origin}/${ADATUM_DIRECTORY_ID}/v2.0`)
  })

  test('a guest gets the oid of the inviting directory, idp and email', async () => {
    m365.directory(FABRIKAM_DIRECTORY_ID).grantConsent(FABRIKAM_CLIENT_ID)
    const client = { client_id: FABRIKAM_CLIENT_ID, client_secret: FABRIKAM_CLIENT_SECRET }
    const claims = await claimsOf('openid profile', FABRIKAM_DIRECTORY_ID, 'oscar@adatum.onmicrosoft.com', client)
    const idp = `https://sts.windows.net/${ADATUM_DIRECTORY_ID}/`
    expect(claims).toMatchObject({
      tid: FABRIKAM_DIRECTORY_ID,
      oid: FABRIKAM_GUEST_ID,
      idp,
      email: 'oscar@adatum.onmicrosoft.com',
    })
  })
})

describe('S23 S27 client credentials', () => {
  test.each([
    [7000215, 401, 'a wrong secret', { client_secret: 'a-wrong-secret-value' }, undefined],
    [7000215, 401, 'S25 the id of the secret', { client_secret: JACKFIELD_SECRET_ID }, undefined],
    [7000218, 401, 'no secret', { client_secret: undefined }, undefined],
    [700016, 400, 'an unknown application', { client_id: '11111111-2222-4333-8444-555555555555' }, undefined],
    [7000229, 401, 'a directory where nobody consented yet', {}, FABRIKAM_DIRECTORY_ID],
    [700038, 400, 'a client id of zeros', { client_id: '00000000-0000-0000-0000-000000000000' }, undefined],
    [90002, 400, 'an unknown directory', {}, '00000000-0000-4000-8000-000000000000'],
    [9001023, 400, 'common', {}, 'common'],
    [1002012, 400, 'a scope other than .default', { scope: 'https://graph.microsoft.com/User.Read.All' }, undefined],
    [900144, 400, 'no grant type', { grant_type: undefined }, undefined],
    [900144, 400, 'no scope', { scope: undefined }, undefined],
    [70003, 400, 'an unknown grant', { grant_type: 'password-ish' }, undefined],
  ])('AADSTS%i with status %i for %s', async (code, status, _name, sent, tenant) => {
    const answer = await postToken(m365, appOnly(sent), {}, tenant)
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code })
  })

  test('the error document has every member of Microsoft’s', async () => {
    const { body } = await postToken(m365, appOnly({ client_secret: 'a-wrong-secret-value' }))
    expect(body.error).toBe('invalid_client')
    expect(body.error_description).toMatch(
      /^AADSTS7000215: .* Trace ID: [\da-f-]{36} Correlation ID: [\da-f-]{36} Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
    )
    expect(body.error_uri).toBe(`${m365.origin}/error?code=7000215`)
    expect(await (await fetch(String(body.error_uri))).text()).toContain('Invalid client secret provided')
    expect(body.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/)
  })

  test('S26 two secrets overlap, an expired one answers AADSTS7000222, and Basic authentication is accepted', async () => {
    const contoso = m365.directory(CONTOSO_DIRECTORY_ID)
    const fresh = contoso.addSecret(JACKFIELD_CLIENT_ID)
    const expired = contoso.addSecret(JACKFIELD_CLIENT_ID, { endDateTime: '2020-01-01T00:00:00Z' })
    expect((await postToken(m365, appOnly({ client_secret: fresh.secretText }))).status).toBe(200)
    expect((await postToken(m365, appOnly({ client_secret: expired.secretText }))).code).toBe(7000222)
    const basic = `Basic ${Buffer.from(`${JACKFIELD_CLIENT_ID}:${encodeURIComponent(JACKFIELD_CLIENT_SECRET)}`).toString('base64')}`
    const sent = appOnly({ client_id: undefined, client_secret: undefined })
    expect((await postToken(m365, sent, { authorization: basic })).status).toBe(200)
  })

  test('S27 secrets expire on demand: AADSTS7000222', async () => {
    const own = await givenEmulator()
    own.directory(CONTOSO_DIRECTORY_ID).expireSecrets(JACKFIELD_CLIENT_ID)
    expect((await postToken(own, appOnly())).code).toBe(7000222)
    await own.close()
  })

  test('S22 a token without consent is issued, but has no roles', async () => {
    const fabrikam = { client_id: FABRIKAM_CLIENT_ID, client_secret: FABRIKAM_CLIENT_SECRET }
    const claims = async () =>
      decodeJwt(String((await postToken(m365, appOnly(fabrikam), {}, FABRIKAM_DIRECTORY_ID)).body.access_token))
    expect(await claims()).not.toHaveProperty('roles')
    m365.directory(FABRIKAM_DIRECTORY_ID).grantConsent(FABRIKAM_CLIENT_ID, { roles: ['User.Read.All'] })
    expect(await claims()).toMatchObject({ roles: ['User.Read.All'], idtyp: 'app', tid: FABRIKAM_DIRECTORY_ID })
    m365.directory(FABRIKAM_DIRECTORY_ID).withdrawConsent(FABRIKAM_CLIENT_ID, ['User.Read.All'])
    expect(await claims()).not.toHaveProperty('roles')
  })
})
