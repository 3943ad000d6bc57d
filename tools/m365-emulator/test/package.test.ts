import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const emulator = join(import.meta.dirname, '..')
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']

type Ended = { code: number | null; out: string; errors: string }

function run(folder: string, command: readonly string[]) {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd: folder, detached: true })
  let [out, errors] = ['', '']
  child.stderr.on('data', (chunk) => (errors += chunk))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, errors })))
  const origin = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      const found = /at (https?:\S+)\n/.exec(out)?.[1]
      if (found) resolve(found)
    })
    ended.then(() => reject(new Error(errors)))
  })
  origin.catch(() => undefined)
  return { child, ended, origin }
}

/** Ends the whole process group, as Ctrl-C does: npx starts the emulator in a process of its own. */
async function end({ child, ended }: { child: ChildProcess; ended: Promise<Ended> }): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, 'SIGTERM')
  await ended
}

async function succeed(folder: string, ...command: string[]): Promise<string> {
  const { code, out, errors } = await run(folder, command).ended
  expect(code, `${command.join(' ')}\n${out}${errors}`).toBe(0)
  return out
}

/** Away from any network nothing can be installed; the build machine always tries. */
async function reachesRegistry(): Promise<boolean> {
  if (process.env.CI === 'true') return true
  const asked = ['view', 'zod', 'version', '--fetch-retries=0', '--fetch-timeout=5000']
  return (await run(emulator, [...npm, ...asked]).ended).code === 0
}

describe.skipIf(!(await reachesRegistry()))('a project outside this repository', { timeout: 240_000 }, () => {
  let project = ''
  const started: Parameters<typeof end>[0][] = []
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'm365-emulator-package-'))
    const destination = join(project, 'packed')
    await succeed(emulator, process.execPath, 'pack.ts', destination)
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    const packed = join(destination, String(globSync('*.tgz', { cwd: destination })[0]))
    await succeed(project, ...npm, 'install', '--prefer-offline', '--no-audit', '--no-fund', packed)
  }, 300_000)
  afterAll(async () => {
    for (const command of started) await end(command)
    await rm(project, { recursive: true, force: true, maxRetries: 5 })
  })

  test('signs in and lists users with the packed emulator in under 20 lines', async () => {
    const script = join(import.meta.dirname, 'fixtures/sign-in-and-list-users.mjs')
    expect((await readFile(script, 'utf8')).trim().split('\n').length).toBeLessThan(20)
    await cp(script, join(project, 'list-users.mjs'))
    const users = await succeed(project, process.execPath, 'list-users.mjs')
    expect(users.trim().split('\n')).toHaveLength(32)
    expect(users).toContain('Adele Vance\n')
  })

  test('npx m365-emulator starts it, and its health can be asked', async () => {
    const command = run(project, [...npx(), 'm365-emulator', '--port', '0', '--log-level', 'silent'])
    started.push(command)
    const base = await command.origin
    expect(await (await fetch(`${base}/_emulator/health`)).json()).toMatchObject({ status: 'ok' })
    await end(command)
  })

  test('it holds neither tests nor another package of this repository', async () => {
    const installed = join(project, 'node_modules')
    expect(globSync('@jackfield/*', { cwd: installed })).toEqual(['@jackfield/m365-emulator'])
    const { private: isPrivate, ...manifest } = JSON.parse(
      await readFile(join(installed, '@jackfield/m365-emulator/package.json'), 'utf8'),
    )
    expect(isPrivate).toBeUndefined()
    expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith('@jackfield'))).toEqual([])
    const files = globSync('**/*', { cwd: join(installed, '@jackfield/m365-emulator'), withFileTypes: true })
    const names = files.filter((file) => file.isFile()).map(({ name }) => name)
    expect(names.filter((name) => /test|(?<!\.d)\.ts$/.test(name))).toEqual([])
    for (const name of ['README.md', 'LICENSE', 'emulator.d.ts', 'contoso-users.json']) expect(names).toContain(name)
  })

  test('it has every file that its READMEs name, and these end before the part for this repository', async () => {
    const packed = join(project, 'node_modules/@jackfield/m365-emulator')
    const readmes = ['README.md', 'captures/README.md'].map((name) => readFile(join(packed, name), 'utf8'))
    const readme = (await Promise.all(readmes)).join('\n')
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
    const mentions = [...readme.matchAll(/`((?:captures|data|src|test|tools)\/[^`\s]*|Dockerfile)`/g)]
    const named = [...links, ...mentions].map(([, path = '']) => path)
    expect(named).toEqual(expect.arrayContaining(['captures/', 'Dockerfile']))
    expect(named.filter((path) => !existsSync(join(packed, path)))).toEqual([])
    expect(readme).not.toContain('In this repository')
    const imports = [
      ...readme.matchAll(/'@jackfield\/m365-emulator\/([^']+)'|`(?:@jackfield\/m365-emulator|\.\.\.)\/([^`]+)`/g),
    ]
    const modules = imports.map(([, imported, mentioned]) => imported ?? mentioned)
    expect(modules).toEqual(expect.arrayContaining(['emulator', 'directory/seed', 'graph/settings']))
    expect(modules.filter((name) => !existsSync(join(packed, `lib/${name}.d.ts`)))).toEqual([])
  })
})

/** The npx beside our npm. */
function npx(): string[] {
  return process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath.replace(/npm-cli\.js$/, 'npx-cli.js'), '--no-install']
    : ['npx', '--no-install']
}
