import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import { demoDirectories } from '../../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../../src/emulator.ts'
import { CHANGE_KINDS } from '../../src/population/change-script.ts'
import { type GraphAnswer, getGraph, givenAppToken } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await startEmulator({ directories: demoDirectories({ web: [], spa: [] }) })
  m365.throttle.enabled = false
  return () => m365.close()
})

function givenDirectory(size: number) {
  const id = randomUUID()
  const domain = `${id.slice(0, 8)}.example`
  const grants = [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All', 'Group.Read.All'] }]
  const groups = ['Sales', 'Support', 'Legal'].map((displayName) => ({ id: randomUUID(), displayName }))
  return m365.addDirectory({ id, displayName: 'Moving', domains: [domain], population: { size }, groups, grants })
}

type Item = GraphAnswer['body']['value'][number]

/** A client that learns of changes only through lists and delta. */
async function follower(directoryId: string) {
  const token = await givenAppToken(m365, {}, directoryId)
  const select = '$select=displayName,userPrincipalName,accountEnabled'
  const known = new Map<string, Item>()
  let link = `/users/delta?${select}`
  return {
    async follow() {
      for (let next: string | undefined = link; next; ) {
        const { body }: GraphAnswer = await getGraph(m365, next, token)
        for (const item of body.value) {
          if ('@removed' in item) known.delete(item.id)
          else known.set(item.id, { ...known.get(item.id), ...item })
        }
        next = body['@odata.nextLink']
        link = body['@odata.deltaLink'] ?? link
      }
      return [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    },
    async truth() {
      const all: Item[] = []
      for (
        let next: string | undefined = `/users?$select=id,displayName,userPrincipalName,accountEnabled&$top=999`;
        next;
      ) {
        const { body }: GraphAnswer = await getGraph(m365, next, token)
        all.push(...body.value)
        next = body['@odata.nextLink']
      }
      return all.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    },
  }
}

test('S44 S45 S46 a client that follows delta through every kind of change ends with the directory’s state', async () => {
  const directory = givenDirectory(400)
  const { follow, truth } = await follower(directory.id)
  expect(await follow()).toEqual(await truth())
  const kinds = new Set<string>()
  for (let seed = 1; seed <= 5; seed++) {
    for (const { kind } of directory.playChanges({ seed, count: 120 })) kinds.add(kind)
    expect(await follow()).toEqual(await truth())
  }
  expect([...kinds].toSorted()).toEqual([...CHANGE_KINDS].toSorted())
})

test('the same script on the same directory makes the same changes', () => {
  const [one, other] = [givenDirectory(100), givenDirectory(100)]
  const script = { seed: 5, count: 200, mix: { hire: 1, leave: 2, rename: 1, restore: 1, disable: 1 } }
  expect(one.playChanges(script)).toEqual(other.playChanges(script))
  expect(one.size()).toEqual(other.size())
})

test('swapped names belong to the other user afterwards', () => {
  const directory = givenDirectory(10)
  const before = new Map(directory.users().map(({ id, userPrincipalName }) => [id, userPrincipalName]))
  const [swap] = directory.playChanges({ seed: 3, count: 1, mix: { 'swap-names': 1 } })
  const [a = '', b = ''] = swap?.userIds ?? []
  expect(swap?.kind).toBe('swap-names')
  expect([directory.user(a).userPrincipalName, directory.user(b).userPrincipalName]).toEqual([
    before.get(b),
    before.get(a),
  ])
})

test('an impossible change becomes another one, and an empty directory hires', () => {
  expect(givenDirectory(5).playChanges({ count: 1, mix: { restore: 1 } })[0]?.kind).toBe('rename')
  expect(givenDirectory(0).playChanges({ count: 1, mix: { leave: 1 } })[0]?.kind).toBe('hire')
})

test('a script is played over HTTP, and an invalid one is refused', async () => {
  const directory = givenDirectory(20)
  const post = (body: unknown) =>
    fetch(`${m365.origin}/_emulator/directories/${directory.id}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect(await (await post({ seed: 1, count: 3, mix: { hire: 1 } })).json()).toMatchObject([
    { kind: 'hire' },
    { kind: 'hire' },
    { kind: 'hire' },
  ])
  expect(directory.size()).toMatchObject({ users: 23 })
  expect((await post({ count: 0 })).status).toBe(400)
})
