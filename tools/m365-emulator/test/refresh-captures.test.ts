import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CAPTURES, readCaptures } from '../src/captures/capture.ts'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../src/demo/contoso.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { givenEmulator } from './given.ts'

let m365: M365Emulator
let folder: string
beforeAll(async () => {
  m365 = await givenEmulator()
  folder = await mkdtemp(join(tmpdir(), 'jackfield-captures-'))
  await cp(CAPTURES, folder, { recursive: true })
})
afterAll(async () => {
  await m365?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs the command as an owner of a directory would, with the emulator in Microsoft's place. */
async function refresh(input: string, ...more: string[]) {
  const args = ['--tenant', CONTOSO_DIRECTORY_ID, '--app', JACKFIELD_CLIENT_ID, '--folder', folder]
  const command = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../src/captures/refresh.ts'),
      ...args,
      '--login',
      m365.origin,
      '--graph',
      m365.origin,
      ...more,
    ],
    { env: { ...process.env, ENTRA_CLIENT_SECRET: JACKFIELD_CLIENT_SECRET } },
  )
  let output = ''
  for (const stream of [command.stdout, command.stderr]) stream.on('data', (text) => (output += text))
  command.stdin.end(input)
  const [code] = await once(command, 'exit')
  return { code, output }
}

test('it lists what it would send and sends nothing without a yes', async () => {
  m365.requests.clear()
  const { code, output } = await refresh('n\n')
  expect(code).toBe(1)
  expect(output).toContain('token-wrong-secret: POST {login}/{tenant}/oauth2/v2.0/token')
  expect(output).toContain('Nothing was sent.')
  expect(m365.requests.latest()).toEqual([])
})

test('it stores the answers with today’s date, without ids, tokens, secrets or anybody’s data', async () => {
  m365.requests.clear()
  const { code, output } = await refresh('y\n')
  expect(output).not.toContain('not stored')
  expect(code).toBe(0)
  const renewed = (await readCaptures(folder)).filter(({ request }) => request)
  const today = new Date().toISOString().slice(0, 10)
  for (const { id, captured, expires } of renewed) {
    expect(captured, id).toBe(today)
    expect(Date.parse(expires), id).toBeGreaterThan(Date.now())
    const text = await readFile(join(folder, `${id}.json`), 'utf8')
    const private_ = [
      CONTOSO_DIRECTORY_ID,
      JACKFIELD_CLIENT_ID,
      JACKFIELD_CLIENT_SECRET,
      ADELE.userPrincipalName,
      'eyJ',
    ]
    for (const secret of private_) expect(text, id).not.toContain(secret)
  }
  const changing = m365.requests
    .latest()
    .filter(({ method, path }) => method !== 'GET' && !/token|devicecode$/.test(path))
  expect(changing).toEqual([])
})

test('without an answer a capture stays as it was', async () => {
  const before = await readFile(join(folder, 'graph-users.json'), 'utf8')
  m365.faults.plan({ path: '/oauth2/v2\\.0/token$', effect: { kind: 'refuse', status: 503 } })
  const { output } = await refresh('', '--yes')
  m365.faults.clear()
  expect(output).toContain('graph-users: not stored')
  expect(await readFile(join(folder, 'graph-users.json'), 'utf8')).toBe(before)
})
