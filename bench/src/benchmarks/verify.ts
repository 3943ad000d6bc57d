import { join } from 'node:path'
import { startProcess } from '../child-process.ts'
import type { Benchmark } from '../main.ts'
import { comparePaired, quantile, type Side } from '../paired.ts'
import { peakMemoryMb } from '../process-usage.ts'
import { startGateways } from '../verify/gateways.ts'
import { RawLoad } from '../verify/raw-load.ts'
import { CROWDED } from '../verify/tenants.ts'

const KNOWN = 10_000
const ACTIVE = 1_000

export const benchmark: Benchmark = {
  summary:
    'forward-auth checks compared with bare Fastify and a session lookup in the same store; 1,000 people of 1,000 tenants compared with 1,000 people of one',
  async run({ pairs }) {
    const redisUrl = process.env.REDIS_URL || undefined
    const platform = await startGateways(KNOWN, redisUrl)
    const floorServer = await startFloorCheck(platform.databaseUrl, redisUrl)
    const [one, many] = platform.gateways as [{ pid: number; port: number }, { pid: number; port: number }]
    const loads: RawLoad[] = []
    const side = async (
      name: string,
      at: { pid: number; port: number },
      requests: Parameters<typeof RawLoad.open>[1],
    ) => {
      const load = await RawLoad.open(at.port, requests)
      loads.push(load)
      return { name, work: (ms) => load.work(ms), processes: [at.pid], load } satisfies Side & { load: RawLoad }
    }
    const options = { unit: 'checks', ...(pairs !== undefined && { pairs }) }
    try {
      const active: Array<{ host: string; cookie: string }> = []
      for (let number = 0; number < ACTIVE; number++)
        active.push({ host: platform.hostOf(number), cookie: await platform.signIn(number) })
      const single = await side('auth-gateway', one, active.slice(0, 1))
      const floor = await side('bare Fastify + lookup', floorServer, [
        { host: 'bare.localhost', cookie: 'session=one' },
      ])
      const compared = await comparePaired(single, floor, options)
      process.stdout.write(`store: ${redisUrl ? 'Redis' : 'Postgres'}\n${compared.text}\n${p99([single, floor])}\n\n`)

      const known = Array.from({ length: KNOWN }, (_, number) => ({ host: platform.hostOf(number) }))
      const strangers = await RawLoad.open(many.port, known, { expected: 401 })
      loads.push(strangers)
      await strangers.once()
      // As many people as in the other case, so that only the number of tenants differs: each person is looked up once
      // a second in both.
      const crowd: typeof active = []
      for (let person = 0; person < ACTIVE; person++)
        crowd.push({ host: platform.hostOf(CROWDED), cookie: await platform.signIn(CROWDED) })
      const spread = await side(`${ACTIVE} of ${KNOWN} tenants`, many, active)
      const alone = await side('one tenant', one, crowd)
      const scale = await comparePaired(spread, alone, options)
      process.stdout.write(
        `${scale.text}\n${p99([spread, alone])}\nmemory with ${KNOWN} tenants: ${peakMemoryMb([many.pid])} MB at its peak\n`,
      )
    } finally {
      for (const load of loads) load.close()
      await floorServer.stop()
      await platform.end()
    }
  },
}

function p99(sides: ReadonlyArray<{ name: string; load: RawLoad }>): string {
  return `p99      ${sides.map(({ name, load }) => `${name} ${quantile(load.latencies, 0.99).toFixed(2)} ms`).join(', ')}`
}

async function startFloorCheck(databaseUrl: string, redisUrl: string | undefined) {
  const { pid, url, stop } = await startProcess(join(import.meta.dirname, '../verify/floor-check.ts'), {
    DATABASE_URL: databaseUrl,
    ...(redisUrl && { REDIS_URL: redisUrl }),
  })
  return { port: Number(new URL(url).port), pid, stop }
}
