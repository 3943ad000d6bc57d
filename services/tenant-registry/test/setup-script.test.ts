import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Setup, setupScript } from '../src/domain/setup-script/setup-script.ts'
import { adminOf, type Registry, startRegistry } from './registry.ts'

const run = promisify(execFile)
const NASTY = `Contoso's "best" $(touch pwned) \`touch pwned\` ; touch pwned ’; #`
const setup: Setup = {
  appName: NASTY,
  clientId: '327fb820-6832-46be-9ac7-59122c5ce571',
  directoryId: '69db3c30-242b-4cab-8772-d4ade8c609e1',
  cloud: 'global',
  redirectPlatform: 'web',
  redirectUris: [
    'https://phone.example/auth/microsoft/callback',
    'https://contoso.phone.example/auth/microsoft/callback',
  ],
}

/** Stands for the Azure CLI: writes down how it was called and answers as it would. */
const AZURE_CLI = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs')
const args = process.argv.slice(2)
appendFileSync(process.env.CALLS, JSON.stringify(args) + '\\n')
const is = (...words) => words.every((word, index) => args[index] === word)
const query = args[args.indexOf('--query') + 1]
if (is('ad', 'app', 'show') && process.env.REGISTERED !== 'yes' && query === 'appId') process.exit(3)
if (is('ad', 'app', 'show') && query === 'appId') console.log(args[args.indexOf('--id') + 1])
if (is('ad', 'app', 'show') && query === 'id') console.log('object-id')
if (is('ad', 'app', 'show') && query.endsWith('redirectUris[]') && process.env.REGISTERED === 'yes') console.log('https://kept.example/callback')
if (is('ad', 'app', 'create')) console.log('new-app-id')
if (is('ad', 'app', 'credential', 'reset')) console.log('the-new-secret')
`
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'setup-script-'))
  await writeFile(join(folder, 'az'), AZURE_CLI)
  await chmod(join(folder, 'az'), 0o755)
  return () => rm(folder, { recursive: true })
})

async function runBash(script: string, registered: boolean) {
  const calls = join(folder, 'calls')
  await writeFile(join(folder, 'script.sh'), script)
  const env = { PATH: `${folder}:${process.env.PATH}`, CALLS: calls, REGISTERED: registered ? 'yes' : 'no' }
  const { stdout } = await run('bash', ['script.sh'], { cwd: folder, env })
  const lines: string[][] = (await readFile(calls, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return {
    stdout,
    calls: lines,
    find: (...words: string[]) => lines.find((args) => words.every((word, index) => args[index] === word)),
  }
}

test('S12 S22 S24 the bash script registers an application, its URIs, permission, consent and secret, and hands back the values', async () => {
  const { stdout, find } = await runBash(setupScript('bash', setup), false)
  expect(find('ad', 'app', 'create')).toContain(NASTY)
  expect(find('ad', 'app', 'update')?.slice(-2)).toEqual(setup.redirectUris)
  expect(find('ad', 'app', 'permission', 'add')).toContain('df021288-bdef-4463-88db-98f22de89214=Role')
  expect(find('ad', 'app', 'permission', 'admin-consent')).toContain('new-app-id')
  expect(find('login')).toContain(setup.directoryId)
  for (const shown of ['new-app-id', setup.directoryId, 'the-new-secret']) expect(stdout).toContain(shown)
})

test('SI a tenant’s name is one word to the shell, whatever it holds', async () => {
  await runBash(setupScript('bash', setup), false)
  await expect(readFile(join(folder, 'pwned'))).rejects.toThrow('ENOENT')
})

test('S19 an existing registration keeps its URIs and gets the missing ones', async () => {
  const { find } = await runBash(setupScript('bash', setup), true)
  expect(find('ad', 'app', 'create')).toBeUndefined()
  expect(find('ad', 'app', 'update')?.slice(-3)).toEqual(['https://kept.example/callback', ...setup.redirectUris])
})

test('S11 URIs of the single-page platform go where the CLI has no option for them', async () => {
  const { find } = await runBash(setupScript('bash', { ...setup, redirectPlatform: 'spa' }), true)
  const call = find('rest', '--method', 'PATCH') ?? []
  expect(JSON.parse(call[call.indexOf('--body') + 1] ?? '')).toEqual({
    spa: { redirectUris: ['https://kept.example/callback', ...setup.redirectUris] },
  })
})

test.each<[Cloud, string, string]>([
  ['global', 'AzureCloud', 'Global'],
  ['us-gov', 'AzureUSGovernment', 'USGov'],
  ['us-gov-dod', 'AzureUSGovernment', 'USGovDoD'],
  ['china', 'AzureChinaCloud', 'China'],
])('the scripts go to the cloud of the directory (%s)', (cloud, cli, environment) => {
  expect(setupScript('bash', { ...setup, cloud })).toContain(`az cloud set --name '${cli}'`)
  expect(setupScript('powershell', { ...setup, cloud })).toContain(`-Environment '${environment}'`)
})

test('SI in PowerShell every kind of quote is doubled, so that a name stays a literal', () => {
  const line = setupScript('powershell', setup)
    .split('\n')
    .find((text) => text.startsWith('$name = '))
  expect(line).toBe(`$name = 'Contoso''s "best" $(touch pwned) \`touch pwned\` ; touch pwned ’’; #'`)
})

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

test('S9 S19 the API gives the account’s script as plain text in either shell, and no secret', async () => {
  const tenantId = await registry.givenTenant({ name: NASTY })
  const account = await registry.givenAccount(tenantId)
  const get = (query: string, caller = adminOf(tenantId)) => {
    const authorization = `Bearer ${registry.sign({ aud: 'tenant-registry', ...caller })}`
    const url = `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}/setup-script${query}`
    return registry.app.inject({ url, headers: { authorization } })
  }
  for (const [query, begin] of [
    ['', '#!/usr/bin/env bash'],
    ['?shell=powershell', '# Sets up'],
  ] as const) {
    const answer = await get(query)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(answer.body.startsWith(begin)).toBe(true)
    for (const part of [account.clientId, account.directoryId, 'http://phone.localhost:4000/auth/microsoft/callback'])
      expect(answer.body).toContain(part)
  }
  expect((await get('?shell=fish')).statusCode).toBe(400)
  expect((await get('', adminOf(await registry.givenTenant()))).statusCode).toBe(404)
})
