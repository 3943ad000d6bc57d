import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findFreePort } from './free-port.ts'

export type RedisServer = { url: string; port: number; stop(): Promise<void> }

/** `redis-server` or `valkey-server` on the PATH, or in the folders of Debian and Homebrew. */
export function findRedisBinary(path = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(delimiter), '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
  return ['redis-server', 'valkey-server']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Starts a Redis on loopback with the settings we ship (AOF, noeviction) and its files in `folder`. With the `folder`
 * and `port` of an earlier one it continues that one. `args` are appended; it is started once its log has `untilItSays`.
 */
export async function startRedisServer(options: {
  binary: string
  folder: string
  port?: number
  args?: readonly string[]
  untilItSays?: string
}): Promise<RedisServer> {
  const port = options.port ?? (await findFreePort())
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    options.folder,
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
    '--save',
    '',
    ...(options.args ?? []),
  ]
  const child = spawn(options.binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  child.once('error', reject)
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.includes(options.untilItSays ?? 'eady to accept connections')) resolve()
  })
  child.stderr.resume()
  exited.then(() => reject(new Error(`${options.binary} ended before it was ready`)))
  await ready
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
