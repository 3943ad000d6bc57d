import type { Page } from '@jackfield/contract/http/page'
import type { Tenant } from '@jackfield/contract/tenants/tenant'
import type { Benchmark } from '../main.ts'
import { givenNoisyTenant } from '../neighbours/noisy-tenant.ts'
import { followOrderedEvents } from '../neighbours/ordered-events.ts'
import { comparePaired, type Side } from '../paired.ts'
import { startDemoPlatform } from '../sign-in/demo-platform.ts'
import { signedIn } from '../sign-in/first-sign-in.ts'
import { signInFor } from '../sign-in/flow-client.ts'
import { RawLoad } from '../verify/raw-load.ts'

const CONCURRENCY = 4
/** The least share of its rate that a tenant keeps. */
const KEPT = 0.8

export const benchmark: Benchmark = {
  summary:
    'sign-ins, forward-auth checks and admin reads of one tenant beside another at all its limits (event streams, slow webhook receivers, runs, unfinished sign-ins, slow admin calls), compared with the same alone',
  async run({ pairs = 8 }) {
    const platform = await startDemoPlatform(process.env.REDIS_URL || undefined)
    try {
      const { target, direct } = platform.webClientOf('contoso')
      const { items: tenants } = await platform.api<Page<Tenant>>('GET', '/tenants?limit=50')
      const base = `/tenants/${tenants.find(({ slug }) => slug === 'contoso')?.id}`
      const noisy = await givenNoisyTenant(platform)
      const events = await followOrderedEvents(platform.api, base)

      const processes = ['auth-gateway', 'tenant-registry', 'user-sync-worker'].map(platform.processId)
      const browsers = await Promise.all(Array.from({ length: CONCURRENCY }, () => signedIn(target, direct)))
      const requests = [{ host: target.authorize.host, cookie: browsers[0]?.cookieFor(target.authorize) ?? '' }]
      const verify = await RawLoad.open(platform.gatewayPort, requests, { connections: CONCURRENCY })
      const works: Array<[unit: string, work: Side['work']]> = [
        ['checks', (ms) => verify.work(ms)],
        ['sign-ins', (ms) => signInFor(ms, browsers, target)],
        ['reads', (ms) => readFor(ms, () => platform.api('GET', `${base}/users?limit=50`))],
      ]
      for (const [unit, work] of works) {
        const { ratio, text } = await comparePaired(
          { name: 'beside the other tenant', work, processes, prepare: noisy.start, settle: noisy.stop },
          { name: 'alone', work, processes },
          { unit, pairs },
        )
        process.stdout.write(`${text}\n${ratio >= KEPT ? 'kept' : 'MISSED'}: at least ${KEPT}\n\n`)
      }
      const { events: count, isOrdered } = await events.end()
      process.stdout.write(
        `${count} webhook events of the tenant meanwhile, ${isOrdered ? 'in order' : 'NOT IN ORDER'}\n`,
      )
      await noisy.end()
      verify.close()
    } finally {
      await platform.end()
    }
  },
}

async function readFor(milliseconds: number, read: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + milliseconds
  const loop = async () => {
    let done = 0
    for (; performance.now() < end; done++) await read()
    return done
  }
  const counts = await Promise.all(Array.from({ length: CONCURRENCY }, loop))
  return counts.reduce((total, count) => total + count, 0)
}
