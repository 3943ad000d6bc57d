import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID } from '../src/demo/contoso.ts'
import { type M365Emulator, startEmulator } from '../src/emulator.ts'
import { appOnly, authorizeUrl, getGraph, givenAppToken, givenEmulator, givenUser, postToken } from './given.ts'
import { endCommand, givenFolder, runCommand } from './run-command.ts'

const APP_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const LARGE_ID = '12345678-1234-4234-8234-123456789012'
let m365: M365Emulator
let folder: Awaited<ReturnType<typeof givenFolder>>
beforeAll(async () => {
  m365 = await givenEmulator()
  folder = await givenFolder()
})
beforeEach(() => m365.reset())
afterAll(async () => {
  await m365.close()
  await folder.remove()
})

async function call<Answer>(origin: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const json = { body: JSON.stringify(body ?? {}), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${origin}/_emulator${path}`, { method, ...(method !== 'GET' && json) })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

/** Registers an application, its secret and its consent, and changes people and groups. */
async function changeMuch(origin: string): Promise<{ secret: string }> {
  const contoso = `/directories/${CONTOSO_DIRECTORY_ID}`
  await call(origin, 'POST', `${contoso}/applications`, { appId: APP_ID, displayName: 'Another' })
  const federated = [{ name: 'cluster', issuer: 'https://cluster.example', subject: 'gateway' }]
  await call(origin, 'PATCH', `${contoso}/applications/${APP_ID}`, { federatedCredentials: federated })
  const { secretText: secret } = await call<{ secretText: string }>(
    origin,
    'POST',
    `${contoso}/applications/${APP_ID}/secrets`,
  )
  await call(origin, 'PUT', `${contoso}/consents/${APP_ID}`, { roles: ['User.Read.All'] })
  await call(origin, 'PATCH', `${contoso}/users/${ADELE.id}`, { department: 'Legal' })
  const people = { id: '0a0b0c0d-1111-4222-8333-444455556666', displayName: 'People', members: [ADELE.id] }
  await call(origin, 'POST', `${contoso}/groups`, people)
  await call(origin, 'DELETE', `${contoso}/users/AlexW@M365x214355.onmicrosoft.com`)
  await call(origin, 'PUT', '/graph', { deltaPageSize: 7 })
  return { secret }
}

test('a state file keeps what was registered and changed over a restart', async () => {
  const args = ['--port', '0', '--state-file', folder.path('state.json')]
  const before = runCommand(...args)
  const { secret } = await changeMuch(await before.origin)
  await endCommand(before)

  const after = runCommand(...args)
  const origin = await after.origin
  const same = { origin } as M365Emulator
  const token = await givenAppToken(same, { client_id: APP_ID, client_secret: secret })
  expect((await getGraph(same, `/users/${ADELE.id}?$select=department`, token)).body).toMatchObject({
    department: 'Legal',
  })
  expect((await getGraph(same, '/users?$top=999', token)).body.value).toHaveLength(31)
  const contoso = `/directories/${CONTOSO_DIRECTORY_ID}`
  expect(await call(origin, 'GET', `${contoso}/applications`)).toMatchObject([
    {},
    { appId: APP_ID, federatedCredentials: [{ name: 'cluster' }] },
  ])
  expect(await call(origin, 'GET', `${contoso}/groups`)).toMatchObject([{ displayName: 'People' }])
  await call(origin, 'POST', '/reset')
  expect(await call(origin, 'GET', `${contoso}/groups`)).toEqual([])
  await endCommand(after)
})

test('it is written while the emulator runs, and a file that is none is refused by name', async () => {
  const path = folder.path('early.json')
  const command = runCommand('--port', '0', '--state-file', path)
  await changeMuch(await command.origin)
  await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toContain(APP_ID)
  command.child.kill('SIGKILL')
  await command.ended

  await writeFile(path, JSON.stringify({ version: 1, directories: [{ id: 'x' }] }))
  const { code, errors } = await runCommand('--port', '0', '--state-file', path).ended
  expect(code).toBe(1)
  expect(errors).toMatch(/^EMULATOR_STATE_FILE: directories\.0\.id: /m)
})

test('a snapshot is taken and put back over HTTP; a bad one changes nothing', async () => {
  const before = await call<{ directories: unknown[] }>(m365.origin, 'GET', '/snapshot')
  const { secret } = await changeMuch(m365.origin)
  const changed = await call(m365.origin, 'GET', '/snapshot')
  expect(changed).not.toEqual(before)
  await call(m365.origin, 'PUT', '/snapshot', before)
  expect(await call(m365.origin, 'GET', '/snapshot')).toEqual(before)
  expect((await postToken(m365, appOnly({ client_id: APP_ID, client_secret: secret }))).status).toBe(400)
  const twice = { ...before, directories: [before.directories[0], before.directories[0]] }
  const response = await fetch(`${m365.origin}/_emulator/snapshot`, {
    method: 'PUT',
    body: JSON.stringify(twice),
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).toBe(400)
  expect(m365.directories()).toHaveLength(3)
  await call(m365.origin, 'PUT', '/snapshot', changed)
  expect(await call(m365.origin, 'GET', '/snapshot')).toEqual(changed)
})

test('a reset goes back to the start: directories, switches, clock, sessions, faults and requests', async () => {
  const start = m365.snapshot()
  const contoso = m365.directory(CONTOSO_DIRECTORY_ID)
  const user = givenUser(m365)
  const code = (await m365.signIn(authorizeUrl(m365), user.userPrincipalName)).searchParams.get('code')
  const token = await givenAppToken(m365)
  const delta = (await getGraph(m365, '/users/delta?$deltatoken=latest', token)).body['@odata.deltaLink']
  m365.entra.sidClaim = 'optional'
  m365.advanceTime(3 * 3_600_000)
  m365.faults.plan({ path: '.', effect: { kind: 'cut' } })
  m365.reset()
  expect(m365.snapshot()).toEqual(start)
  expect(m365.requests.latest()).toEqual([])
  expect(contoso.users()).toHaveLength(32)
  expect(() => contoso.user(user.id)).toThrow('There is no user')
  expect((await getGraph(m365, '/users', await givenAppToken(m365))).status).toBe(200)
  expect((await getGraph(m365, delta ?? '', token)).status).toBe(410)
  expect(code).toBeTruthy()
})

test('of a computed population only the changed users are in a snapshot', async () => {
  const large = m365.addDirectory({
    id: LARGE_ID,
    displayName: 'Large',
    domains: ['large.example'],
    population: { size: 100_000, seed: 7 },
  })
  large.playChanges({ seed: 3, count: 40 })
  const snapshot = m365.snapshot()
  expect(JSON.stringify(snapshot).length).toBeLessThan(300_000)
  const other = await startEmulator({ directories: [{ id: APP_ID, displayName: 'X', domains: ['x.example'] }] })
  other.restore(snapshot)
  const restored = other.directory(LARGE_ID)
  expect(restored.size()).toEqual(large.size())
  expect(restored.users({ start: 0, limit: 2_000 })).toEqual(large.users({ start: 0, limit: 2_000 }))
  expect(restored.users({ start: 99_000 })).toEqual(large.users({ start: 99_000 }))
  await other.close()
})
