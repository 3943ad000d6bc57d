import tls from 'node:tls'
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  type GraphError,
  type PageCollection,
  PageIterator,
} from '@microsoft/microsoft-graph-client'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import { demoDirectories } from '../../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../../src/emulator.ts'
import { givenAppToken, SPA, WEB } from '../given.ts'

const LARGE = '7e1c0d5a-9a43-4d5e-8b0f-3f6a2f1d9c11'

let m365: M365Emulator
let client: Client
beforeAll(async () => {
  m365 = await startEmulator({
    https: true,
    directories: [
      ...demoDirectories({ web: [WEB], spa: [SPA] }),
      {
        id: LARGE,
        displayName: 'Large',
        domains: ['large.example'],
        population: { size: 5_000 },
        grants: [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All', 'Group.Read.All'] }],
      },
    ],
  })
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), m365.certificate ?? ''])
  const token = await givenAppToken(m365, {}, LARGE)
  client = Client.initWithMiddleware({
    authProvider: { getAccessToken: async () => token },
    baseUrl: m365.origin,
    customHosts: new Set([new URL(m365.origin).hostname]),
  })
  return () => m365.close()
})
beforeEach(() => {
  m365.faults.clear()
  m365.requests.clear()
})

const large = () => m365.directory(LARGE)

async function iterate(page: PageCollection) {
  const seen: Record<string, unknown>[] = []
  const iterator = new PageIterator(client, page, (item) => {
    seen.push(item)
    return true
  })
  await iterator.iterate()
  return { seen, deltaLink: iterator.getDeltaLink() ?? '' }
}

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => ({}),
    ({ statusCode, code, body }: GraphError) => ({ statusCode, code, body: JSON.parse(body) }),
  )

describe('microsoft-graph-client', () => {
  test('S31 the page iterator reads 5,000 users, each once', async () => {
    const { seen } = await iterate(await client.api('/users').select(['id', 'displayName']).top(999).get())
    expect([seen.length, new Set(seen.map(({ id }) => id)).size]).toEqual([5_000, 5_000])
    expect(m365.requests.count('GET /v1.0/users')).toBe(6)
  })

  test('S44 the page iterator reads a delta round, and its deltaLink returns the changes', async () => {
    const first = await iterate(await client.api('/users/delta').select('displayName,accountEnabled').get())
    expect(first.seen).toHaveLength(5_000)
    const [renamed, left] = large().users({ limit: 2 })
    if (!renamed || !left) throw new Error('Both are there.')
    large().changeUser(renamed.id, { displayName: 'Another Name' })
    large().deleteUser(left.id)
    const second = await iterate(await client.api(first.deltaLink).get())
    expect(second.seen).toMatchObject([
      { id: renamed.id, displayName: 'Another Name' },
      { id: left.id, '@removed': { reason: 'changed' } },
    ])
    large().restoreUser(left.id)
  })

  test('a batch answer is split, each item with its own status', async () => {
    const [user] = large().users({ limit: 1 })
    // the client keeps the path only: an item's address is relative to the version
    const content = new BatchRequestContent([
      { id: '1', request: new Request(`${m365.origin}/users/${user?.id}?$select=id`) },
      { id: '2', request: new Request(`${m365.origin}/users/nobody@large.example`) },
    ])
    const answer = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()))
    expect(await answer.getResponseById('1').json()).toMatchObject({ id: user?.id })
    expect(answer.getResponseById('2').status).toBe(404)
  })

  test('SY-07 429 is retried after the wait, and a longer refusal reaches the caller', async () => {
    m365.faults.plan({ path: '^/v1\\.0/users$', count: 2, effect: { kind: 'refuse', status: 429, retryAfter: 1 } })
    const page: PageCollection = await client.api('/users').top(1).get()
    expect(page.value).toHaveLength(1)
    expect(m365.requests.count('GET /v1.0/users')).toBe(3)
    m365.faults.plan({ path: '^/v1\\.0/users$', effect: { kind: 'refuse', status: 429, retryAfter: 0 } })
    expect(await refusal(client.api('/users').get())).toMatchObject({ statusCode: 429, code: 'TooManyRequests' })
  })

  test('refusals are Microsoft’s, with code and request id where the client looks for them', async () => {
    expect(await refusal(client.api('/users').top(1000).get())).toMatchObject({
      statusCode: 400,
      code: 'Request_BadRequest',
    })
    expect(await refusal(client.api('/users').search('"displayName:anna"').get())).toMatchObject({
      code: 'Request_UnsupportedQuery',
    })
    expect(await refusal(client.api('/users').select('skills').get())).toMatchObject({
      statusCode: 501,
      code: 'NotImplemented',
    })
    expect(await refusal(client.api('/users/nobody@large.example').get())).toMatchObject({
      statusCode: 404,
      code: 'Request_ResourceNotFound',
      body: { innerError: { 'request-id': expect.stringMatching(/^[\da-f-]{36}$/) } },
    })
    large().expireDeltaTokens()
    const { deltaLink } = await iterate(await client.api('/users/delta?$deltatoken=latest').get())
    large().expireDeltaTokens()
    expect(await refusal(client.api(deltaLink).get())).toMatchObject({ statusCode: 400, code: 'syncStateNotFound' })
  })

  test('after the consent is withdrawn a new token is refused with 403', async () => {
    large().withdrawConsent(JACKFIELD_CLIENT_ID, ['User.Read.All'])
    const token = await givenAppToken(m365, {}, LARGE)
    const authProvider = { getAccessToken: async () => token }
    const denied = Client.initWithMiddleware({
      authProvider,
      baseUrl: m365.origin,
      customHosts: new Set([new URL(m365.origin).hostname]),
    })
    expect(await refusal(denied.api('/users').get())).toMatchObject({
      statusCode: 403,
      code: 'Authorization_RequestDenied',
    })
    large().grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All', 'Group.Read.All'] })
  })
})
