import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'

const main = new URL('../src/main.ts', import.meta.url).pathname

export type Command = {
  child: ChildProcess
  ended: Promise<{ code: number | null; out: string; errors: string }>
  /** As clients know it. */
  origin: Promise<string>
  /** Where it listens. */
  address: Promise<string>
}

export function runCommand(...args: string[]): Command {
  const child = spawn(process.execPath, [main, '--log-level', 'silent', ...args], {
    env: { PATH: process.env.PATH ?? '' },
  })
  let [out, errors] = ['', '']
  child.stderr.on('data', (chunk) => (errors += chunk))
  const ended = new Promise<{ code: number | null; out: string; errors: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out, errors })),
  )
  const started = new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      const found = /at (https?:[^\s,]+)(?:, listening on (\S+))?\n/.exec(out)
      if (found) resolve(found)
    })
    ended.then(() => reject(new Error(errors)))
  })
  started.catch(() => undefined)
  const origin = started.then(([, known = '']) => known)
  const address = started.then(([, known = '', listening]) => listening ?? known)
  for (const promise of [origin, address]) promise.catch(() => undefined)
  return { child, ended, origin, address }
}

export async function endCommand({ child, ended }: Command): Promise<void> {
  child.kill('SIGTERM')
  expect((await ended).code).toBe(0)
}

export async function givenFolder(): Promise<{ path(name: string): string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'm365-emulator-'))
  return { path: (name) => join(folder, name), remove: () => rm(folder, { recursive: true }) }
}
