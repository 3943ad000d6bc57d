import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, publishedContosoUsers } from '../../src/demo/contoso.ts'
import { FABRIKAM_CLIENT_ID, FABRIKAM_CLIENT_SECRET, FABRIKAM_DIRECTORY_ID } from '../../src/demo/fabrikam.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { getGraph, givenAppToken, givenEmulator } from '../given.ts'

let m365: M365Emulator
let token: string
beforeAll(async () => {
  m365 = await givenEmulator()
  token = await givenAppToken(m365)
})
afterAll(() => m365.close())

const EVENTUAL = { ConsistencyLevel: 'eventual' }
const get = (path: string, headers: Record<string, string> = {}) => getGraph(m365, path, token, headers)
const names = async (path: string, headers?: Record<string, string>) =>
  (await get(path, headers)).body.value.map(({ displayName }) => String(displayName))

test('S31 Contoso returns the 32 users exactly as published', async () => {
  const { body, headers } = await get('/users')
  expect(body.value).toEqual(publishedContosoUsers())
  expect(body['@odata.context']).toBe(`${m365.origin}/v1.0/$metadata#users`)
  expect(body).not.toHaveProperty('@odata.nextLink')
  expect(headers.get('odata-version')).toBe('4.0')
  expect(headers.get('content-type')).toMatch(/^application\/json;odata\.metadata=minimal/)
  expect(headers.get('request-id')).toMatch(/^[\da-f-]{36}$/)
})

test('S31 pages are complete, also while users come and go', async () => {
  const seen: string[] = []
  let next: string | undefined = '/users?$select=id&$top=7'
  for (let page = 0; next; page++) {
    const { body } = await get(next)
    seen.push(...body.value.map(({ id }) => id))
    next = body['@odata.nextLink']
    if (next) expect(next).toMatch(/^http:.*\/v1\.0\/users\?.*\$top=7.*\$skiptoken=/)
    if (page === 0) m365.directory(CONTOSO_DIRECTORY_ID).deleteUser(seen[0] ?? '')
  }
  m365.directory(CONTOSO_DIRECTORY_ID).restoreUser(seen[0] ?? '')
  expect(seen.toSorted()).toEqual(
    publishedContosoUsers()
      .map(({ id }) => id)
      .toSorted(),
  )
})

test('selected properties are never absent: null, or empty for collections', async () => {
  const { body } = await get(
    `/users?$select=id,Department,accountEnabled,userType,otherMails&$filter=id in ('${ADELE.id}')`,
  )
  expect(body.value).toEqual([
    { id: ADELE.id, department: null, accountEnabled: true, userType: 'Member', otherMails: [] },
  ])
})

describe('refusals', () => {
  test.each([
    [
      '/users?$top=1000',
      400,
      'Request_BadRequest',
      "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
    ],
    ['/users?$top=0', 400, 'Request_BadRequest', 'Invalid page size'],
    [
      '/users?$select=id,nonsense',
      400,
      'BadRequest',
      "Parsing OData Select and Expand failed: Could not find a property named 'nonsense' on type 'microsoft.graph.user'.",
    ],
    ['/users?$select=skills', 501, 'NotImplemented', 'This operation target is not yet supported.'],
    ['/users?$skip=5', 400, 'Request_BadRequest', '$skip'],
    ['/users?$skiptoken=nonsense', 400, 'Request_BadRequest', 'Badly formed token.'],
    ['/users?$search="displayName:a"', 400, 'Request_UnsupportedQuery', 'ConsistencyLevel'],
    ["/users?$filter=userType ne 'Guest'", 400, 'Request_UnsupportedQuery', ''],
    ["/users?$filter=userType eq 'Guest'&$orderby=displayName", 400, 'Request_UnsupportedQuery', ''],
    ['/users?$filter=displayName eq', 400, 'Request_BadRequest', 'Invalid filter clause'],
    ["/users?$filter=skills eq 'x'", 400, 'Request_BadRequest', 'skills'],
    ['/users/$count', 400, 'Request_BadRequest', '$count is not currently supported.'],
    ['/users/nobody@example.com', 404, 'Request_ResourceNotFound', 'nobody@example.com'],
  ])('%s answers %i %s', async (path, status, code, message) => {
    const answer = await get(path, { 'client-request-id': 'mine' })
    expect(answer.status).toBe(status)
    expect(answer.body.error.code).toBe(code)
    expect(answer.body.error.message).toContain(message)
    expect(answer.body.error.innerError).toMatchObject({
      'client-request-id': 'mine',
      date: expect.stringMatching(/^[\dT:-]{19}$/),
    })
  })

  test('a filter takes 15 values, not 16', async () => {
    const filter = (count: number) => `/users?$filter=id in (${Array(count).fill(`'${ADELE.id}'`).join(',')})`
    expect((await get(filter(16))).status).toBe(400)
    expect((await get(filter(15))).body.value).toHaveLength(1)
  })

  test('SY-09 missing, garbled, forged and expired tokens answer 401 InvalidAuthenticationToken', async () => {
    const own = await givenEmulator()
    const good = await givenAppToken(own)
    const [header, , signature] = good.split('.')
    const payload = Buffer.from(
      JSON.stringify({ aud: 'https://graph.microsoft.com', roles: ['User.Read.All'] }),
    ).toString('base64url')
    for (const bad of ['', 'nonsense', token, `${header}.${payload}.${signature}`]) {
      const { status, body } = await getGraph(own, '/users', bad)
      expect({ status, code: body.error.code }).toEqual({ status: 401, code: 'InvalidAuthenticationToken' })
    }
    expect((await getGraph(own, '/users', good)).status).toBe(200)
    own.advanceTime(2 * 3600_000)
    expect((await getGraph(own, '/users', good)).body.error.code).toBe('InvalidAuthenticationToken')
    await own.close()
  })

  test('S22 without consent the answer is 403, also with a token issued before the consent', async () => {
    const client = { client_id: FABRIKAM_CLIENT_ID, client_secret: FABRIKAM_CLIENT_SECRET }
    const before = await givenAppToken(m365, client, FABRIKAM_DIRECTORY_ID)
    expect((await getGraph(m365, '/users', before)).body.error.code).toBe('Authorization_RequestDenied')
    m365.directory(FABRIKAM_DIRECTORY_ID).grantConsent(FABRIKAM_CLIENT_ID, { roles: ['User.ReadBasic.All'] })
    expect((await getGraph(m365, '/users', before)).status).toBe(403)
    const after = await givenAppToken(m365, client, FABRIKAM_DIRECTORY_ID)
    const { body } = await getGraph(m365, '/users', after)
    expect(body.value[0]).toMatchObject({
      displayName: 'Aylin Kaya',
      mobilePhone: null,
      businessPhones: [],
      jobTitle: null,
    })
  })

  test('an application removed from the directory answers 401 Authorization_IdentityNotFound', async () => {
    const own = await givenEmulator()
    const good = await givenAppToken(own)
    own.directory(CONTOSO_DIRECTORY_ID).removeEnterpriseApplication(JACKFIELD_CLIENT_ID)
    expect((await getGraph(own, '/users', good)).body.error.code).toBe('Authorization_IdentityNotFound')
    await own.close()
  })
})

describe('queries', () => {
  test('filters by start, equality, and, or, not, brackets and a doubled quote', async () => {
    expect(await names("/users?$filter=startsWith(displayName,'ade')")).toEqual(['Adele Vance'])
    expect(
      await names(
        "/users?$filter=startsWith(displayName,'Conf Room') and not (mail eq 'adams@m365x214355.onmicrosoft.com')&$count=true",
        EVENTUAL,
      ),
    ).toHaveLength(5)
    expect(await names("/users?$filter=accountEnabled eq false or startsWith(surname,'Vance')")).toEqual([
      'Adele Vance',
    ])
    expect(await names("/users?$filter=surname eq 'O''Nobody'")).toEqual([])
    expect(await names("/users?$filter=userType eq 'Guest'")).toEqual([])
  })

  test('search matches the start of words, needs the header, and counts on the first page only', async () => {
    expect(await names('/users?$search="displayName:van ad"', EVENTUAL)).toEqual(['Adele Vance'])
    expect(await names('/users?$search="displayName:vance" OR "mail:Adams@"', EVENTUAL)).toEqual([
      'Conf Room Adams',
      'Adele Vance',
    ])
    const first = await get('/users?$count=true&$top=20', EVENTUAL)
    expect(first.body['@odata.count']).toBe(32)
    expect((await get(first.body['@odata.nextLink'] ?? '', EVENTUAL)).body).not.toHaveProperty('@odata.count')
    expect((await get('/users?$count=true')).body).not.toHaveProperty('@odata.count')
  })

  test('a nextLink of a search without the header is refused', async () => {
    const first = await get('/users?$search="displayName:conf"&$top=2', EVENTUAL)
    expect((await get(first.body['@odata.nextLink'] ?? '')).status).toBe(400)
  })

  test('results are sorted across pages', async () => {
    const all = await names('/users?$orderby=displayName desc')
    expect(all).toEqual(all.toSorted((a, b) => b.localeCompare(a, 'en', { sensitivity: 'base' })))
    const first = await get('/users?$orderby=displayName desc&$top=30')
    expect(await names(first.body['@odata.nextLink'] ?? '')).toEqual(all.slice(30))
  })

  test('a user by id and by name, the organisation, and a batch of them are answered', async () => {
    expect((await get(`/users/${ADELE.userPrincipalName.toUpperCase()}`)).body).toMatchObject({ id: ADELE.id })
    m365.directory(FABRIKAM_DIRECTORY_ID).grantConsent(FABRIKAM_CLIENT_ID, { roles: ['User.Read.All'] })
    const guest = await givenAppToken(
      m365,
      { client_id: FABRIKAM_CLIENT_ID, client_secret: FABRIKAM_CLIENT_SECRET },
      FABRIKAM_DIRECTORY_ID,
    )
    const name = encodeURIComponent('oscar_adatum.onmicrosoft.com#EXT#@fabrikam.onmicrosoft.com')
    expect((await getGraph(m365, `/users/${name}?$select=userType`, guest)).body).toMatchObject({ userType: 'Guest' })
    expect((await get('/organization')).body.value[0]).toMatchObject({
      id: CONTOSO_DIRECTORY_ID,
      displayName: 'Contoso',
    })
    const requests = [`/users/${ADELE.id}`, '/users/nobody', '/users/$count'].map((url, index) => ({
      id: `${index}`,
      method: 'GET',
      url,
      headers: index === 2 ? EVENTUAL : {},
    }))
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${m365.origin}/v1.0/$batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ requests }),
    })
    const { responses } = (await response.json()) as { responses: { status: number; body: unknown }[] }
    expect(responses.map(({ status }) => status)).toEqual([200, 404, 200])
    expect(responses[2]?.body).toBe('32')
  })
})
