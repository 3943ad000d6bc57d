import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { send } from './browser.ts'

const SHIPPED = new URL('../../../deploy/ingress/nginx.conf', import.meta.url)
const BINARY = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find((path) =>
  existsSync(path),
)

/** Where nginx is missing these tests are left out, but never on the build machine. */
export function hasNginx(): boolean {
  if (!BINARY && process.env.CI) throw new Error('nginx is needed under CI')
  return BINARY !== undefined
}

/** The shipped configuration, run as it is but for its three addresses. */
export async function startNginx(addresses: { gateway: number; frontend: number }) {
  const port = await findFreePort()
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-nginx-'))
  const shipped = await readFile(SHIPPED, 'utf8')
  const site = shipped
    .replace('127.0.0.1:4000', `127.0.0.1:${addresses.gateway}`)
    .replace('127.0.0.1:4100', `127.0.0.1:${addresses.frontend}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${port}`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  const main = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off; ${temporary}
${site}
}`
  await writeFile(join(folder, 'nginx.conf'), main)
  const nginx = spawn(BINARY ?? 'nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  nginx.stderr.on('data', (part) => {
    complaints += part
  })
  await untilListening(nginx, port, () => complaints)
  return {
    port,
    async close() {
      const ended = once(nginx, 'exit')
      nginx.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilListening(nginx: ChildProcess, port: number, complaints: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended: ${complaints()}`)
    const answered = await send(`http://127.0.0.1:${port}/`).catch(() => undefined)
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nginx does not answer: ${complaints()}`)
}
