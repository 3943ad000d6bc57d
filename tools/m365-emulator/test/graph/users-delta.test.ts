import { beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { type GraphAnswer, getGraph, givenAppToken, givenEmulator, givenUser } from '../given.ts'

let m365: M365Emulator
let token: string
beforeAll(async () => {
  m365 = await givenEmulator()
  token = await givenAppToken(m365)
  return () => m365.close()
})

const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)
const get = (path: string, headers?: Record<string, string>): Promise<GraphAnswer> =>
  getGraph(m365, path, token, headers)

/** Follows a round to its deltaLink. */
async function round(path: string, headers?: Record<string, string>) {
  const items: GraphAnswer['body']['value'] = []
  let pages = 0
  for (let next: string | undefined = path; ; pages++) {
    const { body } = await get(next, headers)
    expect('@odata.nextLink' in body).not.toBe('@odata.deltaLink' in body)
    items.push(...body.value)
    next = body['@odata.nextLink']
    if (!next) return { items, pages: pages + 1, deltaLink: body['@odata.deltaLink'] ?? '' }
  }
}

const SELECT = '$select=displayName,mail,mobilePhone,accountEnabled'

test('S44 the first round returns everybody over pages, the next one nothing', async () => {
  m365.graph.deltaPageSize = 10
  const first = await round(`/users/delta?${SELECT}`)
  m365.graph.deltaPageSize = 200
  expect(first.items).toHaveLength(32)
  expect(first.pages).toBe(4)
  const adele = first.items.find(({ id }) => id === ADELE.id)
  expect(adele).toEqual({
    id: ADELE.id,
    displayName: 'Adele Vance',
    mail: ADELE.userPrincipalName,
    accountEnabled: true,
  }) // never set is absent
  expect((await round(first.deltaLink)).items).toEqual([])
})

test('S45 S46 changes, removals and returns appear; unselected properties do not', async () => {
  const [changed, removed, untracked] = [givenUser(m365), givenUser(m365), givenUser(m365)]
  const { deltaLink } = await round(`/users/delta?$deltatoken=latest&${SELECT}`)
  contoso().changeUser(changed.id, { mobilePhone: '+1 425 555 0100' })
  contoso().changeUser(untracked.id, { department: 'Sales' })
  contoso().deleteUser(removed.id)
  const second = await round(deltaLink)
  expect(second.items).toEqual([
    { id: changed.id, displayName: 'Test Person', mobilePhone: '+1 425 555 0100', accountEnabled: true },
    { id: removed.id, '@removed': { reason: 'changed' } },
  ])

  contoso().changeUser(changed.id, { mobilePhone: null })
  contoso().disableUser(changed.id)
  contoso().restoreUser(removed.id)
  const third = await round(second.deltaLink)
  expect(third.items).toEqual([
    { id: changed.id, displayName: 'Test Person', mobilePhone: null, accountEnabled: false }, // cleared is null
    { id: removed.id, displayName: 'Test Person', accountEnabled: true },
  ])

  contoso().purgeUser(removed.id)
  expect((await round(third.deltaLink)).items).toEqual([{ id: removed.id, '@removed': { reason: 'deleted' } }])
})

test('Prefer: return=minimal shows only what changed', async () => {
  const user = givenUser(m365)
  const { deltaLink } = await round(`/users/delta?$deltatoken=latest&${SELECT}`)
  contoso().changeUser(user.id, { displayName: 'New Name' })
  expect((await round(deltaLink, { prefer: 'return=minimal' })).items).toEqual([
    { id: user.id, displayName: 'New Name' },
  ])
})

test('SY-02 a change during the first round appears in the next round, and many changes over several pages', async () => {
  m365.graph.deltaPageSize = 10
  const first = await get(`/users/delta?${SELECT}`)
  contoso().changeUser(ADELE.id, { mobilePhone: '1' })
  const rest = await round(first.body['@odata.nextLink'] ?? '')
  expect((await round(rest.deltaLink)).items).toMatchObject([{ id: ADELE.id, mobilePhone: '1' }])

  for (let n = 0; n < 30; n++) givenUser(m365)
  const many = await round(rest.deltaLink)
  m365.graph.deltaPageSize = 200
  expect(many.pages).toBe(4)
  expect(many.items).toHaveLength(31)
})

test('a filter of ids returns only these, fifty at most', async () => {
  const other = givenUser(m365)
  const { items, deltaLink } = await round(`/users/delta?$select=displayName&$filter=id eq '${ADELE.id}'`)
  expect(items).toEqual([{ id: ADELE.id, displayName: 'Adele Vance' }])
  contoso().changeUser(other.id, { displayName: 'Other' })
  expect((await round(deltaLink)).items).toEqual([])
  const many = Array(51).fill(`id eq '${ADELE.id}'`).join(' or ')
  expect((await get(`/users/delta?$filter=${many}`)).status).toBe(400)
})

test('SY-05 an old link answers 400 syncStateNotFound after seven days, a link of an earlier run 410 with a Location', async () => {
  const own = await givenEmulator()
  const ask = async (path: string) => getGraph(own, path, await givenAppToken(own))
  const { body } = await ask(`/users/delta?$deltatoken=latest&${SELECT}`)
  const link = body['@odata.deltaLink'] ?? ''
  expect((await ask(link)).status).toBe(200)
  own.advanceTime(7 * 24 * 3600_000 + 1)
  expect(await ask(link)).toMatchObject({ status: 400, body: { error: { code: 'syncStateNotFound' } } })

  const { deltaLink } = await round(`/users/delta?${SELECT}`)
  const foreign = await ask(deltaLink.replace(m365.origin, own.origin))
  expect(foreign).toMatchObject({ status: 410, body: { error: { code: 'resyncRequired' } } })
  expect((await ask(foreign.headers.get('location') ?? '')).body.value).toHaveLength(32)
  await own.close()

  contoso().expireDeltaTokens()
  expect((await get(deltaLink)).body.error.code).toBe('syncStateNotFound')
})

test.each(['$orderby=displayName', '$search="displayName:a"', '$expand=manager'])('%s is refused', async (option) => {
  expect((await get(`/users/delta?${option}`)).status).toBe(400)
})

test('a restored user is missing from a delta under $select where that is switched on', async () => {
  const user = givenUser(m365)
  const { body } = await get('/users/delta?$select=displayName&$deltatoken=latest')
  contoso().deleteUser(user.id)
  contoso().restoreUser(user.id)
  const ids = async () => {
    const { body: page } = await get(String(body['@odata.deltaLink']))
    return page.value.map(({ id }) => id)
  }
  expect(await ids()).toContain(user.id)
  m365.graph.restoredUsersInDelta = 'without-select'
  const { body: later } = await get('/users/delta?$select=displayName&$deltatoken=latest')
  const other = givenUser(m365)
  contoso().deleteUser(other.id)
  const { body: told } = await get(String(later['@odata.deltaLink']))
  contoso().restoreUser(other.id)
  const { body: after } = await get(String(told['@odata.deltaLink']))
  m365.graph.restoredUsersInDelta = 'always'
  expect(after.value).toEqual([])
})
