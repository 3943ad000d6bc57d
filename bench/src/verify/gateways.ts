import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { compileCache, imageNodeOptions } from '@jackfield/local-stores/image-node-options'
import { demoDirectories } from '@jackfield/m365-emulator/demo/demo-directories'
import { startEmulator } from '@jackfield/m365-emulator/emulator'
import { passMicrosoft } from '../sign-in/first-sign-in.ts'
import { FlowClient } from '../sign-in/flow-client.ts'
import { slugOf, startBackends } from './tenants.ts'

const root = join(import.meta.dirname, '../../..')

/** Two replicas of the gateway as it ships, on one store and one set of keys, with backends of `known` tenants. */
export async function startGateways(known: number, redisUrl: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-bench-'))
  const database = process.env.DATABASE_URL
    ? { url: process.env.DATABASE_URL, stop: async () => undefined }
    : await startEmbeddedDatabase({
        folder,
        port: await findFreePort(),
        password: randomBytes(12).toString('hex'),
        durable: true,
      })
  const ports = [await findFreePort(), await findFreePort()] as const
  const base = new URL(`http://phone.localhost:${ports[0]}`)
  const backends = await startBackends(known, base)
  const m365 = await startEmulator({
    directories: demoDirectories({ web: [`${base.origin}/auth/microsoft/callback`], spa: [] }),
  })
  const secret = () => randomBytes(32).toString('base64')
  const env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    ...(redisUrl && { REDIS_URL: redisUrl }),
    BASE_URL: base.origin,
    RATE_LIMIT_FACTOR: '0',
    INTERNAL_TOKEN_KEYS: secret(),
    KEY_ENCRYPTION_KEYS: secret(),
    TENANT_REGISTRY_URL: backends.url,
    ROSTER_URL: backends.url,
    MICROSOFT_LOGIN_URL: m365.origin,
    MICROSOFT_GRAPH_URL: m365.origin,
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
  }
  const children: ChildProcess[] = []
  for (const port of ports) {
    const main = [
      ...imageNodeOptions(root),
      ...(process.env.GATEWAY_NODE_OPTIONS?.split(' ') ?? []),
      join(root, 'services/auth-gateway/src/main.ts'),
    ]
    const child = spawn(process.execPath, main, {
      env: { ...compileCache(root), ...env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    children.push(child)
    await untilReady(child, port)
  }
  return {
    databaseUrl: database.url,
    gateways: children.map(({ pid = 0 }, index) => ({ pid, port: ports[index] ?? 0 })),
    hostOf: (number: number) => `${slugOf(number)}.${base.host}`,
    /** Signs in a person of this tenant with Microsoft and returns the cookies. */
    async signIn(number: number): Promise<string> {
      const origin = `${base.protocol}//${slugOf(number)}.${base.host}`
      const browser = new FlowClient()
      await passMicrosoft(browser, new URL(`${origin}/auth/signin?app=portal`), `${origin}/portal/`)
      browser.close()
      return browser.cookieFor(new URL(origin))
    },
    async end() {
      for (const child of children) {
        const ended = once(child, 'exit')
        child.kill()
        await ended
      }
      await m365.close()
      backends.close()
      await database.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error('the gateway ended')
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the gateway is not ready')
}
