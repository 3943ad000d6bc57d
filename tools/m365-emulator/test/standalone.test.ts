import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID } from '../src/demo/contoso.ts'

const main = new URL('../src/main.ts', import.meta.url).pathname

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'silent', ...environment },
  })
  let output = ''
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, errors })),
  )
  const origin = new Promise<string>((resolve) =>
    child.stdout.on('data', (chunk) => {
      output += chunk
      const found = /at (http:\S+)\n/.exec(output)?.[1]
      if (found) resolve(found)
    }),
  )
  return { child, ended, origin }
}

test('without a configuration the program serves the demo directories, and ends cleanly', async () => {
  const { child, ended, origin } = start({ PORT: '0', EMULATOR_REDIRECT_ORIGINS: 'http://acme.phone.localhost:4000' })
  const base = `${await origin}/_emulator/directories`
  const applications = await (await fetch(`${base}/${CONTOSO_DIRECTORY_ID}/applications`)).json()
  expect(applications).toMatchObject([
    { redirectUris: { web: ['http://acme.phone.localhost:4000/auth/microsoft/callback'] } },
  ])
  expect(await (await fetch(base)).json()).toHaveLength(3)
  child.kill('SIGTERM')
  expect((await ended).code).toBe(0)
})

test('every invalid setting is named on its own line, and the program ends', async () => {
  const { ended } = start({ PORT: 'many', EMULATOR_REDIRECT_URIS: 'http://phone.example/cb' })
  const { code, errors } = await ended
  expect(code).toBe(1)
  expect(errors).toMatch(/^PORT: /m)
  expect(errors).toMatch(/^EMULATOR_REDIRECT_URIS: /m)
})

test('a configuration file defines the directories; every invalid value in it is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'm365-emulator-'))
  const path = join(folder, 'emulator.json')
  const directory = { id: '12345678-1234-4234-8234-123456789012', displayName: 'Mine', domains: ['mine.example'] }
  await writeFile(path, JSON.stringify({ directories: [directory] }))
  const { child, ended, origin } = start({ PORT: '0', EMULATOR_CONFIG: path })
  expect(await (await fetch(`${await origin}/_emulator/directories`)).json()).toEqual([directory])
  child.kill('SIGTERM')
  await ended

  await writeFile(
    path,
    JSON.stringify({
      directories: [
        { ...directory, id: 'x', users: [{ id: 'y', displayName: 'Z', userPrincipalName: 'z@mine.example' }] },
      ],
    }),
  )
  const { code, errors } = await start({ EMULATOR_CONFIG: path }).ended
  expect(code).toBe(1)
  expect(errors).toMatch(/^EMULATOR_CONFIG: directories\.0\.id: /m)
  expect(errors).toMatch(/^EMULATOR_CONFIG: directories\.0\.users\.0\.id: /m)
  await rm(folder, { recursive: true })
})
