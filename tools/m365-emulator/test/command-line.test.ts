import { readFile, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endCommand, givenFolder, runCommand } from './run-command.ts'

let folder: Awaited<ReturnType<typeof givenFolder>>
beforeAll(async () => {
  folder = await givenFolder()
})
afterAll(() => folder.remove())

const MINE = { id: '12345678-1234-4234-8234-123456789012', displayName: 'Mine', domains: ['mine.example'] }

async function givenFile(name: string, content: unknown): Promise<string> {
  const path = folder.path(name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

test('m365-emulator --config --port starts with the directories and switches of the file', {
  timeout: 60_000,
}, async () => {
  const config = await givenFile('good.json', {
    directories: [MINE],
    entra: { withoutErrorUri: [900144] },
    graph: { defaultPageSize: 7 },
  })
  const command = runCommand('--config', config, '--port', '0')
  const origin = await command.origin
  expect(await (await fetch(`${origin}/_emulator/directories`)).json()).toEqual([MINE])
  const refused = await fetch(`${origin}/mine.example/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(),
  })
  expect(await refused.json()).not.toHaveProperty('error_uri')
  await endCommand(command)
})

test('--https serves https, and writes the certificate that clients trust', { timeout: 60_000 }, async () => {
  const certificate = folder.path('certificate.pem')
  const command = runCommand('--https', '--certificate-file', certificate, '--port', '0')
  const origin = await command.origin
  expect(origin).toMatch(/^https:/)
  const trusted = await readFile(certificate, 'utf8')
  const status = await new Promise((resolve, reject) => {
    get(`${origin}/common/v2.0/.well-known/openid-configuration`, { ca: trusted }, ({ statusCode }) =>
      resolve(statusCode),
    ).on('error', reject)
  })
  expect(status).toBe(200)
  await endCommand(command)
})

test.each([
  ['an unknown option', ['--prot', '1'], /Unknown option '--prot'[\s\S]*Usage: m365-emulator/],
  ['a port that is none', ['--port', 'many'], /^PORT: /m],
  ['a file that is not there', ['--config', '/nowhere/x.json'], /^EMULATOR_CONFIG: .*ENOENT/m],
])('%s ends the command with one clear line', { timeout: 60_000 }, async (_name, args, message) => {
  const { code, errors } = await runCommand(...args).ended
  expect(code).toBe(1)
  expect(errors).toMatch(message)
})

test('every wrong value of the file is named by its path', { timeout: 60_000 }, async () => {
  const application = { appId: 'x', displayName: 'App', redirectUris: { web: ['http://phone.example/cb'] } }
  const wrong = { directories: [{ ...MINE, domains: [], applications: [application] }], entra: { weather: 'fine' } }
  const { code, errors } = await runCommand('--config', await givenFile('wrong.json', wrong)).ended
  expect(code).toBe(1)
  for (const path of [
    /^EMULATOR_CONFIG: directories\.0\.domains: /m,
    /directories\.0\.applications\.0\.redirectUris\.web\.0: must be https/,
  ])
    expect(errors).toMatch(path)
  expect(errors).toMatch(/entra: .*weather/)
  expect((await runCommand('--config', await givenFile('broken.json', '{')).ended).errors).toMatch(
    /^EMULATOR_CONFIG: SyntaxError/m,
  )
})

test('--help names every option', { timeout: 60_000 }, async () => {
  const { code, out } = await runCommand('--help').ended
  expect(code).toBe(0)
  for (const option of [
    '--config',
    '--port',
    '--host',
    '--https',
    '--certificate-file',
    '--public-origin',
    '--log-level',
  ])
    expect(out).toContain(option)
})
