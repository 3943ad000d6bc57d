import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { runProgram } from '@jackfield/local-stores/run-program'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startPlatform } from '../src/platform.ts'
import { openPlatformSettings } from '../src/platform-settings.ts'
import type { PlatformPorts } from '../src/process-plans.ts'

const root = join(import.meta.dirname, '../../..')
let folder: string
let other: Server
let taken: number
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-start-'))
  other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  taken = address && typeof address === 'object' ? address.port : 0
})
afterEach(async () => {
  other.close()
  await rm(folder, { recursive: true })
})

const NAMES = ['ingress', 'registry', 'roster', 'gateway', 'emulator', 'postgres'] as const

test.each(NAMES)('a taken port is named with what it is for (%s), and nothing is started', async (name) => {
  const free = await Promise.all(NAMES.map(async (each) => [each, await findFreePort()] as const))
  const ports: PlatformPorts = { ...(Object.fromEntries(free) as PlatformPorts), [name]: taken }
  const steps: string[] = []
  const start = startPlatform({
    root,
    dataFolder: folder,
    ports,
    settings: await openPlatformSettings(folder),
    logLevel: 'warn',
    onLine: () => undefined,
    onStep: (step) => steps.push(step),
  })
  await expect(start).rejects.toThrow(`port ${taken} (${name}) is taken by another program`)
  expect([steps, existsSync(join(folder, 'postgres'))]).toEqual([[], false])
})

test('a Node.js too old to install with is reported in one line', async () => {
  const older =
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"16.20.2"}})'
  const install = runProgram(process.execPath, ['--import', older, join(root, 'tools/install.js')])
  await expect(install).rejects.toThrow(/jackfield: Node.js 16.20.2 is too old; version 18 or newer is needed[^\n]*$/)
})

test('the process that npm started ends when a signal ended npm but not its shell', async () => {
  const watching = join(import.meta.dirname, '../src/when-parent-ends.ts')
  const program = `import { whenParentEnds } from ${JSON.stringify(watching)}
    const stay = setInterval(() => {}, 1000)
    whenParentEnds(() => { console.log('ended'); clearInterval(stay) })
    console.log('watching')`
  // The second command keeps the shell in between, as npm's is.
  const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [first] = await once(shell.stdout, 'data')
  expect(String(first)).toBe('watching\n')
  const last = once(shell.stdout, 'data')
  shell.kill('SIGKILL')
  expect(String(await last)).toBe('ended\n')
})
