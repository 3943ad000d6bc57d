import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { type GraphAnswer, getGraph, givenAppToken, givenEmulator, givenUser } from '../given.ts'

let m365: M365Emulator
let reader: string
let token: string
beforeAll(async () => {
  m365 = await givenEmulator()
  reader = await givenAppToken(m365)
  contoso().grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All', 'User.DeleteRestore.All', 'Group.Read.All'] })
  token = await givenAppToken(m365)
  return () => m365.close()
})

const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)
const get = (path: string, headers?: Record<string, string>): Promise<GraphAnswer> =>
  getGraph(m365, path, token, headers)
const ids = ({ body }: GraphAnswer) => body.value.map(({ id }) => id)
const EVENTUAL = { ConsistencyLevel: 'eventual' }
const call = (method: string, path: string, bearer = token) =>
  fetch(`${m365.origin}/v1.0${path}`, { method, headers: { authorization: `Bearer ${bearer}` } })

describe('deleted items', () => {
  const bin = '/directory/deletedItems/microsoft.graph.user'

  test('S45 the recycle bin lists users with the time of deletion, and restores them with the same id', async () => {
    const [stays, user] = [givenUser(m365), givenUser(m365)]
    contoso().deleteUser(stays.id)
    contoso().deleteUser(user.id)
    const { body } = await get(`${bin}?$select=id,deletedDateTime`)
    expect(body.value).toContainEqual({ id: user.id, deletedDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) })
    const first = await get(`${bin}?$top=1`)
    expect(ids(await get(first.body['@odata.nextLink'] ?? ''))).not.toEqual(ids(first))
    expect((await get(`/directory/deletedItems/${user.id}`)).body).toMatchObject({
      id: user.id,
      '@odata.type': '#microsoft.graph.user',
    })
    expect((await call('POST', `/directory/deletedItems/${user.id}/restore`, reader)).status).toBe(403)
    expect((await call('POST', `/directory/deletedItems/${user.id}/restore`)).status).toBe(200)
    expect((await get(`/users/${user.id}`)).body).toMatchObject({
      id: user.id,
      userPrincipalName: user.userPrincipalName,
    })
    expect((await call('DELETE', `/directory/deletedItems/${stays.id}`)).status).toBe(204)
    expect((await get(`/directory/deletedItems/${stays.id}`)).body.error.code).toBe('Request_ResourceNotFound')
  })

  test('S45 deleted users are purged after thirty days', async () => {
    const own = await givenEmulator()
    const user = givenUser(own)
    own.directory(CONTOSO_DIRECTORY_ID).deleteUser(user.id)
    own.advanceTime(29 * 24 * 3600_000)
    const bearer = () => givenAppToken(own)
    expect(ids(await getGraph(own, bin, await bearer()))).toEqual([user.id])
    const latest = await getGraph(own, '/users/delta?$deltatoken=latest', await bearer())
    own.advanceTime(24 * 3600_000)
    const { body } = await getGraph(own, latest.body['@odata.deltaLink'] ?? '', await bearer())
    expect(body.value).toEqual([{ id: user.id, '@removed': { reason: 'deleted' } }])
    expect(ids(await getGraph(own, bin, await bearer()))).toEqual([])
    expect(() => own.directory(CONTOSO_DIRECTORY_ID).restoreUser(user.id)).toThrow('recycle bin')
    await own.close()
  })
})

describe('photos', () => {
  test('a photo is sent with its type and tag, in every size', async () => {
    const user = givenUser(m365)
    const base64 = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).toString('base64')
    contoso().setPhoto(user.id, { base64, width: 120, height: 120 })
    const content = await call('GET', `/users/${user.id}/photo/$value`)
    expect(content.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await content.arrayBuffer()).toString('base64')).toBe(base64)
    const { body } = await get(`/users/${user.id}/photo`)
    expect(body).toMatchObject({ id: '120x120', width: 120, '@odata.mediaEtag': content.headers.get('etag') })
    expect(ids(await get(`/users/${user.id}/photos`))).toEqual(['48x48', '64x64', '96x96', '120x120'])
    expect((await call('GET', `/users/${user.id}/photos/48x48/$value`)).status).toBe(200)
    expect((await call('GET', `/users/${user.id}/photos/240x240/$value`)).status).toBe(404)
    expect((await call('GET', `/users/${user.id}/photos/50x50/$value`)).status).toBe(400)
  })

  test('without a photo the metadata describes one pixel and the content is not found', async () => {
    const user = givenUser(m365)
    expect((await get(`/users/${user.id}/photo`)).body).toMatchObject({
      id: '1x1',
      '@odata.mediaContentType': 'image/gif',
    })
    expect((await get(`/users/${user.id}/photo/$value`)).body.error.code).toBe('ImageNotFound')
  })
})

describe('licences and collections in filters', () => {
  const SKU = '05e9a617-0261-4cee-bb44-138d3ef5d965'

  test('a filter on licences has one page without the header and $count: its nextLink is refused as expired, as captured', async () => {
    const skuId = randomUUID()
    const holders = contoso().users().slice(0, 5)
    for (const { id } of holders) contoso().changeUser(id, { assignedLicenses: [{ skuId }] })
    const filter = `$filter=assignedLicenses/any(a:a/skuId eq ${skuId}) and accountEnabled eq true&$select=id&$top=3`
    const nextOf = async (query: string, headers = {}) =>
      (await get(`/users?${query}`, headers)).body['@odata.nextLink'] ?? ''
    for (const link of [
      await nextOf(filter),
      await nextOf(filter, EVENTUAL),
      await nextOf(`${filter}&$count=true`, EVENTUAL),
    ]) {
      const { status, body } = await get(link)
      expect([status, body.error.code, body.error.message]).toEqual([
        400,
        'Directory_ExpiredPageToken',
        'The specified page token value has expired and can no longer be included in your request.',
      ])
    }
    expect(ids(await get(await nextOf(`${filter}&$count=true`, EVENTUAL), EVENTUAL))).toHaveLength(2)
    m365.graph.licencePagesExpire = false
    expect(ids(await get(await nextOf(filter)))).toHaveLength(2)
    m365.graph.licencePagesExpire = true
    for (const { id } of holders) contoso().changeUser(id, { assignedLicenses: [] })
  })

  test('licences are selected, filtered and detailed', async () => {
    const user = givenUser(m365)
    contoso().changeUser(user.id, { assignedLicenses: [{ skuId: SKU }] })
    expect(ids(await get(`/users?$filter=assignedLicenses/any(a:a/skuId eq ${SKU})&$select=id`))).toEqual([user.id])
    const both = `assignedLicenses/any(a:a/skuId eq ${SKU}) and displayName eq 'Nobody and nothing'`
    expect(ids(await get(`/users?$filter=${both}`))).toEqual([])
    expect((await get(`/users/${user.id}?$select=assignedLicenses`)).body).toMatchObject({
      assignedLicenses: [{ skuId: SKU }],
    })
    expect((await get(`/users/${user.id}/licenseDetails`)).body.value).toMatchObject([
      { skuId: SKU, skuPartNumber: 'SPE_E3' },
    ])
    expect((await get('/users?$filter=assignedLicenses/$count eq 0')).body.error.code).toBe('Request_UnsupportedQuery')
    const unlicensed = await get('/users?$filter=assignedLicenses/$count eq 0&$count=true&$top=999', EVENTUAL)
    expect(ids(unlicensed)).not.toContain(user.id)
    expect(Number(unlicensed.body['@odata.count'])).toBe(contoso().size().users - 1)
  })

  test('addresses are filtered by equality and by start', async () => {
    const user = givenUser(m365)
    contoso().changeUser(user.id, { proxyAddresses: ["SMTP:o'brien@contoso.example", 'smtp:old@contoso.example'] })
    expect(ids(await get("/users?$filter=proxyAddresses/any(p:p eq 'smtp:o''brien@contoso.example')"))).toEqual([
      user.id,
    ])
    expect(ids(await get("/users?$filter=proxyAddresses/any(p:startswith(p,'smtp:old@'))"))).toEqual([user.id])
    expect((await get("/users?$filter=proxyAddresses/any(p:contains(p,'x'))")).body.error.code).toBe(
      'Request_UnsupportedQuery',
    )
    expect((await get("/users?$filter=nonsense/any(p:p eq 'x')")).status).toBe(400)
  })
})

describe('batch', () => {
  type Item = { id: string; status: number; headers: Record<string, string>; body: unknown }
  const batch = async (requests: unknown[]) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${m365.origin}/v1.0/$batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ requests }),
    })
    return { status: response.status, ...((await response.json()) as { responses: Item[] }) }
  }

  test('bodies are passed on, photos are base64, and items that depend on a failed one are not run', async () => {
    const user = givenUser(m365)
    const base64 = Buffer.from([0x89, 0x50, 0xff, 0x00]).toString('base64')
    contoso().setPhoto(user.id, { base64, contentType: 'image/png' })
    const { responses } = await batch([
      {
        id: '1',
        method: 'POST',
        url: `/users/${user.id}/getMemberObjects`,
        headers: { 'Content-Type': 'application/json' },
        body: {},
      },
      { id: '2', method: 'GET', url: `/users/${user.id}/photo/$value` },
      { id: '3', method: 'GET', url: `/users/${randomUUID()}` },
      { id: '4', method: 'GET', url: '/users', dependsOn: ['3'] },
    ])
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 404, 424])
    expect(responses[1]).toMatchObject({ headers: { 'Content-Type': 'image/png' }, body: base64 })
  })

  test.each([
    ['more than twenty', Array.from({ length: 21 }, (_, id) => ({ id: `${id}`, method: 'GET', url: '/users' }))],
    [
      'the same id in another case',
      [
        { id: 'a', method: 'GET', url: '/users' },
        { id: 'A', method: 'GET', url: '/users' },
      ],
    ],
    ['a dependency that is not there', [{ id: '1', method: 'GET', url: '/users', dependsOn: ['9'] }]],
    ['a body without its type', [{ id: '1', method: 'POST', url: '/directoryObjects/getByIds', body: { ids: [] } }]],
  ])('%s is refused as a whole', async (_what, requests) => {
    expect((await batch(requests)).status).toBe(400)
  })
})
