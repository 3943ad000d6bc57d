import { afterEach, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { USUAL_GRAPH_SETTINGS } from '../../src/graph/settings.ts'
import { type GraphAnswer, getGraph, givenAppToken, givenEmulator, givenUser } from '../given.ts'

let m365: M365Emulator
let token: string
beforeAll(async () => {
  m365 = await givenEmulator()
  token = await givenAppToken(m365)
  return () => m365.close()
})
afterEach(() => void Object.assign(m365.graph, USUAL_GRAPH_SETTINGS))

const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)
const get = (path: string, headers?: Record<string, string>): Promise<GraphAnswer> =>
  getGraph(m365, path, token, headers)
const ids = ({ body }: GraphAnswer) => body.value.map(({ id }) => id)
const latest = async () =>
  (await get('/users/delta?$deltatoken=latest&$select=displayName')).body['@odata.deltaLink'] ?? ''

test('SY-05 an expired token answers 410 SyncStateNotFound if that form is selected', async () => {
  m365.graph.expiredDeltaStatus = 410
  const link = await latest()
  contoso().expireDeltaTokens()
  expect(await get(link)).toMatchObject({ status: 410, body: { error: { code: 'SyncStateNotFound' } } })
})

test('S44 a lagging change misses a round and appears in the next', async () => {
  const link = await latest()
  m365.graph.deltaLagMilliseconds = 60_000
  contoso().changeUser(ADELE.id, { displayName: 'Adele Late' })
  const first = await get(link)
  expect(ids(first)).toEqual([])
  expect((await get(`/users/${ADELE.id}`)).body).toMatchObject({ displayName: 'Adele Late' })
  m365.advanceTime(61_000)
  expect(ids(await get(first.body['@odata.deltaLink'] ?? ''))).toEqual([ADELE.id])
})

test('S44 a round replays the last changes of the one before', async () => {
  const people = [givenUser(m365), givenUser(m365), givenUser(m365)].map(({ id }) => id)
  m365.graph.deltaReplays = 2
  const link = await latest()
  expect(ids(await get(link))).toEqual(people.slice(1))
})

test('S44 items are shuffled, the same way for the same seed', async () => {
  const link = await latest()
  const people = Array.from({ length: 8 }, () => givenUser(m365).id)
  m365.graph.deltaShuffleSeed = 7
  const first = ids(await get(link))
  expect(first).not.toEqual(people)
  expect(first.toSorted()).toEqual(people.toSorted())
  expect(ids(await get(link))).toEqual(first)
})

test('S45 the first round can include the recycle bin', async () => {
  const gone = givenUser(m365)
  contoso().deleteUser(gone.id)
  m365.graph.deltaPageSize = 999
  expect(ids(await get('/users/delta'))).not.toContain(gone.id)
  m365.graph.deltaRemovedInFirstRound = true
  expect((await get('/users/delta')).body.value).toContainEqual({ id: gone.id, '@removed': { reason: 'changed' } })
})

test.each(['/users?$select=id&$top=10', '/users?$select=id&$top=10&$orderby=displayName', '/users/delta?$select=id'])(
  '%s returns everybody over pages, some of them empty',
  async (path) => {
    Object.assign(m365.graph, { emptyPageEvery: 2, deltaPageSize: 10 })
    const seen: string[] = []
    let empty = 0
    for (let next: string | undefined = path; next; ) {
      const page = await get(next)
      if (ids(page).length === 0) empty++
      seen.push(...ids(page))
      next = page.body['@odata.nextLink']
    }
    expect(empty).toBeGreaterThan(1)
    expect(seen.toSorted()).toEqual(
      contoso()
        .users()
        .map(({ id }) => id)
        .toSorted(),
    )
  },
)

test('a $select cannot be added to a token', async () => {
  const link = await latest()
  expect((await get(`${link}&$select=mail`)).body.error.code).toBe('Request_BadRequest')
})

test('Prefer: return=minimal is acknowledged', async () => {
  const { headers } = await get(await latest(), { prefer: 'return=minimal' })
  expect(headers.get('preference-applied')).toBe('return=minimal')
})
