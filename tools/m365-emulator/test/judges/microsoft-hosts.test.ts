import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../../src/demo/contoso.ts'
import { WEB } from '../given.ts'
import { type MicrosoftHosts, startAsMicrosoft } from './microsoft-hosts.ts'

/* Clients with the settings they have for Microsoft itself: they believe the emulator under Microsoft's names. */

let hosts: MicrosoftHosts
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'm365-python-'))
  hosts = await startAsMicrosoft({ web: [WEB], spa: [] })
})
afterAll(async () => {
  await hosts?.close()
  await rm(folder, { recursive: true, force: true })
})

const clients = join(import.meta.dirname, 'clients')
const environment = () => ({
  PATH: process.env.PATH ?? '',
  ...hosts.environment,
  TENANT: CONTOSO_DIRECTORY_ID,
  CLIENT_ID: JACKFIELD_CLIENT_ID,
  CLIENT_SECRET: JACKFIELD_CLIENT_SECRET,
  REDIRECT_URI: WEB,
})

function start(command: string, ...args: string[]) {
  const child = spawn(command, args, { env: environment() })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value } = await lines.next()
    if (value === undefined) throw new Error(`It ended: ${errors}`)
    return value as string
  }
  return { child, line }
}

test('msal-node and the Graph SDK without a setting that Microsoft would not need', { timeout: 120_000 }, async () => {
  const { line } = start(process.execPath, join(clients, 'msal-node.mjs'))
  expect(JSON.parse(await line()).users).toHaveLength(3)
})

test('MSAL for Python: app-only, sign-in by code, refresh, and a refusal by its number', {
  timeout: 300_000,
}, async () => {
  const python = join(folder, 'bin', 'python')
  for (const args of [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'msal==1.34.0', 'requests==2.32.5'],
  ] as const) {
    const { status, stderr } = spawnSync(args[0], args.slice(1), { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  }
  const { child, line } = start(python, join(clients, 'msal_python.py'))
  const end = await hosts.m365.signIn(await line(), ADELE.userPrincipalName)
  child.stdin.end(`${new URL(end).searchParams}\n`)
  const told = JSON.parse(await line())
  expect(told).toMatchObject({ oid: ADELE.id, username: ADELE.userPrincipalName, refreshed: true, wrong: [7000215] })
  expect(told.users).toHaveLength(3)
  await once(child, 'exit')
})
