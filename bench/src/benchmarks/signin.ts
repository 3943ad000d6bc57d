import { join } from 'node:path'
import { startProcess } from '../child-process.ts'
import type { Benchmark } from '../main.ts'
import { comparePaired } from '../paired.ts'
import { startDemoPlatform } from '../sign-in/demo-platform.ts'
import { signedIn } from '../sign-in/first-sign-in.ts'
import { latencyAtFixedRate } from '../sign-in/fixed-rate.ts'
import { type FlowClient, refreshFor, signInFor, signInOnce, type Target } from '../sign-in/flow-client.ts'

const CONCURRENCY = 8

export const benchmark: Benchmark = {
  summary:
    'sign-ins with an existing session, authorize to tokens, and refreshes, compared with bare oidc-provider on the same store (REDIS_URL, or Postgres)',
  async run({ pairs }) {
    const redisUrl = process.env.REDIS_URL || undefined
    const platform = await startDemoPlatform(redisUrl)
    const floorServer = await startFloorProvider(platform.databaseUrl, redisUrl)
    try {
      const { target: ours, direct } = platform.webClientOf('contoso')
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
      const latency = await latencyAtFixedRate(
        { name: gateway.name, clients: ourClients, target: ours },
        { name: floor.name, clients: floorClients, target: floorServer.target },
      )
      process.stdout.write(`${latency}\n\n`)
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

async function refreshTokens(target: Target, clients: readonly FlowClient[]): Promise<Map<FlowClient, string>> {
  const tokens = await Promise.all(clients.map((client) => signInOnce(client, target)))
  return new Map(clients.map((client, index) => [client, tokens[index] ?? '']))
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
