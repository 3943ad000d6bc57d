import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '@jackfield/local-stores/free-port'
import type { Platform } from './platform.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The service as it is run, beside the platform's database, emulator and registry. */
export type ServiceProcesses = ReturnType<typeof serviceProcesses>

export function serviceProcesses(platform: Platform) {
  const children: ChildProcess[] = []

  async function start(role?: string, settings: Record<string, string | undefined> = {}) {
    const port = await findFreePort()
    const env = {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      SHUTDOWN_DELAY_SECONDS: '0',
      PORT: String(port),
      DATABASE_URL: platform.stores.database.url,
      INTERNAL_TOKEN_KEYS: platform.stores.key.toString('base64'),
      TENANT_REGISTRY_URL: platform.registry.url,
      MICROSOFT_LOGIN_URL: platform.emulator.origin,
      MICROSOFT_GRAPH_URL: platform.gate.origin,
      IMPORT_SLICE_SECONDS: '1',
      ...settings,
    }
    const child = spawn(process.execPath, [MAIN, ...(role ? [role] : [])], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk))
    const exited = once(child, 'exit').then(([code]) => code as number | null)
    const ready = async () => {
      const url = `http://127.0.0.1:${port}/health/ready`
      for (const until = Date.now() + 60_000; Date.now() < until; await sleep(50)) {
        const answer = await fetch(url).catch(() => undefined)
        if (answer?.ok) return
      }
      throw new Error(`The service is not ready: ${output.slice(-2_000)}`)
    }
    return { child, port, exited, ready, output: () => output }
  }

  return {
    start,
    killAll() {
      for (const child of children.splice(0)) child.kill('SIGKILL')
    },
  }
}
