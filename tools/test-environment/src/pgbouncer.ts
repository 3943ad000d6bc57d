import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort, isPortTaken } from '@jackfield/local-stores/free-port'

const BINARY = [
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
].find((path) => existsSync(path))

/** Where pgbouncer is missing its tests are left out, but never on the build machine. */
export function hasPgbouncer(): boolean {
  if (!BINARY && process.env.CI) throw new Error('pgbouncer is needed under CI')
  return BINARY !== undefined
}

export type PoolMode = 'session' | 'transaction'

/** pgbouncer as Debian ships it, with its default settings but for `more`, in front of the database at `url`. */
export async function startPgbouncer(url: string, poolMode: PoolMode, more = '') {
  const { hostname, port: serverPort, username, password } = new URL(url)
  const port = await findFreePort()
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-pgbouncer-'))
  await chmod(folder, 0o755)
  const settings = join(folder, 'pgbouncer.ini')
  const configure = (mode: PoolMode) =>
    writeFile(
      settings,
      `[databases]
* = host=${hostname} port=${serverPort} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
${more}
`,
    )
  await configure(poolMode)
  // It refuses to run as root.
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(BINARY ?? 'pgbouncer', [...account, settings], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk))
  while (!(await isPortTaken(port))) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${log.slice(-500)}`)
    await sleep(20)
  }
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    /** As after a reload with another pool mode; resolves once it is in effect. */
    async change(mode: PoolMode) {
      await configure(mode)
      const before = log.length
      child.kill('SIGHUP')
      while (!log.slice(before).includes('SIGHUP')) await sleep(10)
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
