import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { GroupSeed } from '../../src/directory/group.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { USUAL_GRAPH_SETTINGS } from '../../src/graph/settings.ts'
import { type GraphAnswer, getGraph, givenAppToken, givenEmulator, givenUser } from '../given.ts'

let m365: M365Emulator
let token: string
let usersOnly: string
beforeAll(async () => {
  m365 = await givenEmulator()
  usersOnly = await givenAppToken(m365)
  contoso().grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All', 'Group.Read.All'] })
  token = await givenAppToken(m365)
  return () => m365.close()
})
afterEach(() => void Object.assign(m365.graph, USUAL_GRAPH_SETTINGS))

const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)
const get = (path: string, headers?: Record<string, string>): Promise<GraphAnswer> =>
  getGraph(m365, path, token, headers)
const ids = ({ body }: GraphAnswer) => body.value.map(({ id }) => id)
const EVENTUAL = { ConsistencyLevel: 'eventual' }
const givenGroup = (seed: Partial<GroupSeed> = {}) =>
  contoso().addGroup({ id: randomUUID(), displayName: 'A group', ...seed })

async function post(path: string, body: unknown) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${m365.origin}/v1.0${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as GraphAnswer['body'] }
}

async function round(path: string) {
  const pages: GraphAnswer['body']['value'][] = []
  for (let next: string | undefined = path; ; ) {
    const { body }: GraphAnswer = await get(next)
    pages.push(body.value)
    next = body['@odata.nextLink']
    if (!next) return { pages, items: pages.flat(), deltaLink: body['@odata.deltaLink'] ?? '' }
  }
}

describe('members', () => {
  test('direct and nested members are listed, cast to users, counted and paged', async () => {
    const [nested, direct] = [givenUser(m365), givenUser(m365)]
    const inner = givenGroup({ displayName: 'Inner', members: [nested.id] })
    const outer = givenGroup({ displayName: 'Outer', members: [direct.id, inner.id] })
    contoso().addMember(inner.id, outer.id) // groups may hold each other

    const members = await get(`/groups/${outer.id}/members?$select=id`)
    expect(members.body.value).toEqual([
      { '@odata.type': '#microsoft.graph.user', id: direct.id },
      { '@odata.type': '#microsoft.graph.group', id: inner.id },
    ])
    expect(members.body['@odata.context']).toBe(`${m365.origin}/v1.0/$metadata#directoryObjects`)
    expect(ids(await get(`/groups/${outer.id}/members/microsoft.graph.user`))).toEqual([direct.id])
    expect(ids(await get(`/groups/${outer.id}/transitiveMembers`))).toEqual([direct.id, inner.id, nested.id, outer.id])
    const cast = `/groups/${outer.id}/transitiveMembers/microsoft.graph.user`
    expect((await get(cast)).body.error.code).toBe('Request_UnsupportedQuery')
    const counted = await get(`${cast}?$count=true&$top=1`, EVENTUAL)
    expect([ids(counted), counted.body['@odata.count']]).toEqual([[direct.id], 2])
    expect(ids(await get(counted.body['@odata.nextLink'] ?? '', EVENTUAL))).toEqual([nested.id])
    expect(ids(await get(`/users/${nested.id}/memberOf`))).toEqual([inner.id])
    expect(ids(await get(`/users/${nested.id}/transitiveMemberOf`))).toEqual([inner.id, outer.id])
  })

  test('a Microsoft 365 group contains no groups, and the cast to groups is refused', async () => {
    const group = givenGroup({ groupTypes: ['Unified'], mailEnabled: true })
    expect((await get(`/groups/${group.id}/members/microsoft.graph.group`)).body.error.code).toBe(
      'Request_UnsupportedQuery',
    )
    expect(() => contoso().addMember(group.id, givenGroup().id)).toThrow('holds no groups')
  })

  test('the right to read groups is needed; without the right to read users members have only ids', async () => {
    const group = givenGroup({ members: [ADELE.id] })
    expect((await getGraph(m365, `/groups/${group.id}/members`, usersOnly)).body.error.code).toBe(
      'Authorization_RequestDenied',
    )
    const own = await givenEmulator()
    own.directory(CONTOSO_DIRECTORY_ID).withdrawConsent(JACKFIELD_CLIENT_ID, ['User.Read.All'])
    own.directory(CONTOSO_DIRECTORY_ID).grantConsent(JACKFIELD_CLIENT_ID, { roles: ['GroupMember.Read.All'] })
    own.directory(CONTOSO_DIRECTORY_ID).addGroup({ id: group.id, displayName: 'A group', members: [ADELE.id] })
    const { body } = await getGraph(own, `/groups/${group.id}/members?$select=id,displayName`, await givenAppToken(own))
    expect(body.value).toEqual([{ '@odata.type': '#microsoft.graph.user', id: ADELE.id, displayName: null }])
    await own.close()
  })

  test('membership checks, member objects and objects by id are answered', async () => {
    const user = givenUser(m365)
    const inner = givenGroup({ members: [user.id] })
    const outer = givenGroup({ members: [inner.id], securityEnabled: false })
    const other = givenGroup()
    const groupIds = [outer.id, other.id]
    expect((await post(`/users/${user.id}/checkMemberGroups`, { groupIds })).body.value).toEqual([outer.id])
    expect((await post(`/users/${user.id}/getMemberObjects`, {})).body.value).toEqual([inner.id, outer.id])
    expect((await post(`/users/${user.id}/getMemberGroups`, { securityEnabledOnly: true })).body.value).toEqual([
      inner.id,
    ])
    const found = await post('/directoryObjects/getByIds', { ids: [user.id, outer.id, randomUUID()], types: ['user'] })
    expect(found.body.value.map(({ id }) => id)).toEqual([user.id])
    expect((await post(`/users/${user.id}/checkMemberGroups`, { groupIds: [] })).status).toBe(400)
  })
})

test('groups are listed, filtered, counted and refused as Graph does', async () => {
  const group = givenGroup({ displayName: "Anna's team", mail: 'team@contoso.example' })
  expect(ids(await get("/groups?$filter=displayName eq 'anna''s team'"))).toEqual([group.id])
  expect(ids(await get("/groups?$filter=startsWith(mail,'team@')&$select=id"))).toEqual([group.id])
  expect((await get(`/groups/${group.id}?$select=displayName,visibility`)).body).toMatchObject({
    displayName: "Anna's team",
    visibility: null,
  })
  expect((await get('/groups?$top=1')).body['@odata.nextLink']).toContain('$skiptoken=')
  expect((await get("/groups?$filter=description eq 'x'")).body.error.code).toBe('Request_UnsupportedQuery')
  expect((await get('/groups?$select=nonsense')).status).toBe(400)
  expect((await get(`/groups/${randomUUID()}`)).body.error.code).toBe('Request_ResourceNotFound')
  expect((await get('/groups/$count')).status).toBe(400)
})

describe('S44 group delta', () => {
  test('a large group is returned in slices of its members, over pages', async () => {
    const members = Array.from({ length: 7 }, () => givenUser(m365).id)
    const group = givenGroup({ members })
    const empty = givenGroup()
    m365.graph.deltaMembersSlice = 3
    const { pages, items } = await round(
      `/groups/delta?$select=displayName,members&$filter=id eq '${group.id}' or id eq '${empty.id}'`,
    )
    const slices = items.filter(({ id }) => id === group.id).map((item) => item['members@delta'] as { id: string }[])
    expect(slices.map(({ length }) => length)).toEqual([3, 3, 1])
    expect(slices.flat().map(({ id }) => id)).toEqual(members)
    expect(pages).toHaveLength(3)
    expect(items.find(({ id }) => id === empty.id)).toEqual({ id: empty.id, displayName: 'A group' })
  })

  test('moves, departures, renames and deletions appear; members only when selected', async () => {
    const [mover, leaver] = [givenUser(m365), givenUser(m365)]
    const [from, to, gone] = [givenGroup({ members: [mover.id, leaver.id] }), givenGroup(), givenGroup()]
    const { deltaLink } = await round('/groups/delta?$deltatoken=latest')
    const narrow = (await round('/groups/delta?$deltatoken=latest&$select=displayName')).deltaLink
    contoso().removeMember(from.id, mover.id)
    contoso().addMember(to.id, mover.id)
    contoso().deleteUser(leaver.id)
    contoso().changeGroup(to.id, { displayName: 'Renamed' })
    contoso().deleteGroup(gone.id)
    const { items, deltaLink: next } = await round(deltaLink)
    expect(items).toMatchObject([
      {
        id: from.id,
        'members@delta': [
          { id: mover.id, '@removed': { reason: 'deleted' } },
          { id: leaver.id, '@removed': { reason: 'deleted' } },
        ],
      },
      {
        id: to.id,
        displayName: 'Renamed',
        'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: mover.id }],
      },
      { id: gone.id, '@removed': { reason: 'deleted' } },
    ])
    expect((await round(narrow)).items.map(({ id }) => id)).toEqual([to.id, gone.id])
    expect(ids(await get(`/groups/${from.id}/members`))).toEqual([])
    contoso().restoreUser(leaver.id)
    expect(ids(await get(`/groups/${from.id}/members`))).toEqual([leaver.id])
    expect((await round(next)).items).toMatchObject([{ id: from.id, 'members@delta': [{ id: leaver.id }] }])
  })

  test('a delta token of users is refused for groups', async () => {
    const { body } = await get('/users/delta?$deltatoken=latest')
    expect((await get((body['@odata.deltaLink'] ?? '').replace('/users/', '/groups/'))).body.error.message).toBe(
      'Badly formed token.',
    )
  })
})

test('groups are created and members moved over HTTP', async () => {
  const id = randomUUID()
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${m365.origin}/_emulator/directories/${CONTOSO_DIRECTORY_ID}/groups${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  expect((await call('POST', '', { id, displayName: 'Made' })).status).toBe(200)
  expect((await call('PUT', `/${id}/members/${ADELE.id}`)).status).toBe(200)
  expect(ids(await get(`/groups/${id}/members`))).toEqual([ADELE.id])
  expect((await call('PUT', `/${id}/members/${ADELE.id}`)).status).toBe(400)
  expect((await call('DELETE', `/${id}/members/${ADELE.id}`)).status).toBe(200)
  expect((await call('PATCH', `/${id}`, { displayName: 'Other' })).status).toBe(200)
  expect((await call('DELETE', `/${id}`)).status).toBe(200)
  expect((await get(`/groups/${id}`)).status).toBe(404)
})
