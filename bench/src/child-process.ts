import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { compileCache, imageNodeOptions } from '@jackfield/local-stores/image-node-options'

const root = join(import.meta.dirname, '../..')

/** A program of the benchmark that reports when it is ready, with the options of the services. */
export async function startProcess(file: string, env: Record<string, string>) {
  const started = await spawnAt([...imageNodeOptions(root), file], env)
  await once(started.child.stdout as NonNullable<ChildProcess['stdout']>, 'data')
  return started
}

/** A process on a free port, which it gets as PORT. */
export async function spawnAt(args: readonly string[], env: Record<string, string>) {
  const port = await findFreePort()
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...compileCache(root), PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = async () => {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
  return { child, pid: child.pid ?? 0, url: `http://127.0.0.1:${port}`, stop }
}
