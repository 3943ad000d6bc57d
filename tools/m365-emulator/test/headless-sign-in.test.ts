import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../src/demo/contoso.ts'
import { type M365Emulator, startEmulator } from '../src/emulator.ts'
import { authorizeUrl, getGraph, givenEmulator, givenUser, postToken, redemption } from './given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

async function post(path: string, body: unknown) {
  const response = await fetch(`${m365.origin}/_emulator${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

test('a sign-in without a browser ends at the application with a code that can be redeemed', async () => {
  const end = await m365.signIn(authorizeUrl(m365), ADELE.userPrincipalName)
  expect(end.searchParams.get('state')).toBe('a-state')
  const { status, body } = await postToken(m365, redemption(end.searchParams.get('code') ?? ''))
  expect(status).toBe(200)
  expect(decodeJwt(String(body.id_token))).toMatchObject({ oid: ADELE.id, nonce: 'a-nonce' })
})

test('it approves a second factor, and consents', async () => {
  const user = givenUser(m365)
  m365.directory(CONTOSO_DIRECTORY_ID).changeUser(user.id, { mfa: true })
  const end = await m365.signIn(authorizeUrl(m365, { prompt: 'consent' }), user.userPrincipalName)
  expect(end.searchParams.get('code')).toBeTruthy()
})

test('a sign-in that stays on a page is an error with the text of the page', async () => {
  await expect(m365.signIn(authorizeUrl(m365), ADELE.userPrincipalName, 'wrong')).rejects.toThrow(
    /ended on a page: .*password/,
  )
  await expect(
    m365.signIn(authorizeUrl(m365, { response_mode: 'form_post' }), ADELE.userPrincipalName),
  ).rejects.toThrow(/form_post/)
})

test('it needs no trust in the certificate of an emulator with https', async () => {
  const secure = await startEmulator({ https: true })
  const url = authorizeUrl(secure, { redirect_uri: 'http://contoso.phone.localhost:4000/auth/microsoft/callback' })
  expect((await secure.signIn(url, ADELE.userPrincipalName)).searchParams.get('code')).toBeTruthy()
  await secure.close()
})

test('over HTTP, another process signs in, and gets tokens without a sign-in', async () => {
  const request = { authorizeUrl: authorizeUrl(m365), userName: ADELE.userPrincipalName }
  const { body: signedIn } = await post('/sign-ins', request)
  expect(new URL(signedIn.location ?? '').searchParams.get('code')).toBeTruthy()
  expect((await post('/sign-ins', { ...request, password: 'wrong' })).status).toBe(400)

  const contoso = `/directories/${CONTOSO_DIRECTORY_ID}`
  const { body: person } = await post(`${contoso}/users/${ADELE.userPrincipalName}/tokens`, {
    appId: JACKFIELD_CLIENT_ID,
    scope: 'openid profile User.Read.All',
  })
  expect(decodeJwt(person.id_token ?? '')).toMatchObject({ oid: ADELE.id, aud: JACKFIELD_CLIENT_ID })
  expect((await getGraph(m365, '/users', person.access_token ?? '')).status).toBe(200)

  const { body: application } = await post(`${contoso}/applications/${JACKFIELD_CLIENT_ID}/tokens`, {})
  expect((await getGraph(m365, '/users', application.access_token ?? '')).status).toBe(200)
})

test('tokens are refused with the text of Entra ID where it would refuse the person or the scope', async () => {
  const user = givenUser(m365)
  const contoso = m365.directory(CONTOSO_DIRECTORY_ID)
  contoso.disableUser(user.id)
  const path = `/directories/${CONTOSO_DIRECTORY_ID}/users/${user.id}/tokens`
  const { status, body } = await post(path, { appId: JACKFIELD_CLIENT_ID })
  expect([status, body.error]).toEqual([400, expect.stringContaining('AADSTS50057')])
  expect(() => contoso.userTokens(ADELE.id, { appId: JACKFIELD_CLIENT_ID, scope: 'Nothing.Read' })).toThrow(
    'AADSTS650053',
  )
  expect(() => contoso.applicationTokens('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeef')).toThrow('AADSTS700016')
})
