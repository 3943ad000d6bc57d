import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { provideDemo } from '@jackfield/local-platform/demo'
import { WEB_CLIENT } from '@jackfield/local-platform/demo-plan'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { startPlatform } from '@jackfield/local-platform/platform'
import { openPlatformSettings } from '@jackfield/local-platform/platform-settings'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { startProcess } from '../child-process.ts'
import type { Benchmark } from '../main.ts'
import { comparePaired } from '../paired.ts'
import { passMicrosoft } from '../sign-in/first-sign-in.ts'
import { authorizeUrl, FlowClient, refreshFor, signInFor, signInOnce, type Target } from '../sign-in/flow-client.ts'

const CONCURRENCY = 8
const root = join(import.meta.dirname, '../../..')

export const benchmark: Benchmark = {
  summary:
    'sign-ins with an existing session, authorize to tokens, and refreshes, compared with bare oidc-provider on the same store (REDIS_URL, or Postgres)',
  async run({ pairs }) {
    const redisUrl = process.env.REDIS_URL || undefined
    const platform = await startDemoPlatform(redisUrl)
    const floorServer = await startFloorProvider(platform.databaseUrl, redisUrl)
    try {
      const host = new URL(platform.addresses.tenant('contoso'))
      // Connects to the gateway directly: the local ingress is not part of the measurement.
      const direct = { [host.host]: platform.gatewayPort }
      const ours: Target = {
        authorize: new URL('/auth/authorize', host),
        token: new URL('/auth/token', host),
        clientId: WEB_CLIENT.clientId,
        redirectUri: `${host.origin}/callback.html`,
      }
      const ourClients = await Promise.all(Array.from({ length: CONCURRENCY }, () => signedIn(ours, direct)))
      const floorClients = await Promise.all(
        Array.from({ length: CONCURRENCY }, () => signedIn(floorServer.target, {})),
      )
      const gateway = { name: 'auth-gateway', processes: [platform.processId('auth-gateway')] }
      const floor = { name: 'bare oidc-provider', processes: [floorServer.pid] }
      const signIns = await comparePaired(
        { ...gateway, work: (ms) => signInFor(ms, ourClients, ours) },
        { ...floor, work: (ms) => signInFor(ms, floorClients, floorServer.target) },
        { unit: 'sign-ins', ...(pairs !== undefined && { pairs }) },
      )
      process.stdout.write(`store: ${redisUrl ? 'Redis' : 'Postgres'}; ours also asks the roster\n${signIns.text}\n\n`)
      const ourTokens = await refreshTokens(ours, ourClients)
      const floorTokens = await refreshTokens(floorServer.target, floorClients)
      const refreshes = await comparePaired(
        { ...gateway, work: (ms) => refreshFor(ms, ourTokens, ours) },
        { ...floor, work: (ms) => refreshFor(ms, floorTokens, floorServer.target) },
        { unit: 'refreshes', ...(pairs !== undefined && { pairs }) },
      )
      process.stdout.write(`${refreshes.text}\n`)
    } finally {
      await floorServer.stop()
      await platform.end()
    }
  },
}

/** A browser after its first sign-in, which left a session. */
async function signedIn(target: Target, ports: Readonly<Record<string, number>>): Promise<FlowClient> {
  const client = new FlowClient(ports)
  await passMicrosoft(client, authorizeUrl(target, 'x'.repeat(43)), target.redirectUri)
  return client
}

async function refreshTokens(target: Target, clients: readonly FlowClient[]): Promise<Map<FlowClient, string>> {
  const tokens = await Promise.all(clients.map((client) => signInOnce(client, target)))
  return new Map(clients.map((client, index) => [client, tokens[index] ?? '']))
}

async function startDemoPlatform(redisUrl: string | undefined) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'jackfield-bench-'))
  const settings = await openPlatformSettings(dataFolder)
  const port = findFreePort
  const ports = {
    ingress: await port(),
    registry: await port(),
    roster: await port(),
    gateway: await port(),
    portal: await port(),
    emulator: await port(),
    postgres: await port(),
  }
  const platform = await startPlatform({
    root,
    dataFolder,
    ports,
    settings,
    redisUrl,
    databaseUrl: process.env.DATABASE_URL || undefined,
    logLevel: 'warn',
    rateLimitFactor: 0,
    onLine: (name, line) => process.stderr.write(`${name} ${line}\n`),
    onStep: (step) => process.stderr.write(`${step} ...\n`),
  })
  const api = await adminAccess(platform.addresses.control, settings, dataFolder)
  await provideDemo(api, platform.addresses.base, demoRegistration(), {
    onStep: () => undefined,
    onRun: () => undefined,
  })
  const databaseUrl =
    process.env.DATABASE_URL ??
    `postgres://jackfield:${encodeURIComponent(settings.databasePassword)}@127.0.0.1:${ports.postgres}/jackfield`
  return {
    ...platform,
    databaseUrl,
    gatewayPort: ports.gateway,
    async end() {
      await platform.stop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

async function startFloorProvider(databaseUrl: string, redisUrl: string | undefined) {
  const {
    pid,
    url: origin,
    stop,
  } = await startProcess(join(import.meta.dirname, '../sign-in/floor-provider.ts'), {
    DATABASE_URL: databaseUrl,
    ...(redisUrl && { REDIS_URL: redisUrl }),
  })
  const target: Target = {
    authorize: new URL('/auth', origin),
    token: new URL('/token', origin),
    clientId: 'bare',
    redirectUri: `${origin}/callback`,
  }
  return { target, pid, stop }
}
