import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { limitsOf, RATE_LIMITS, type RateLimit, type RateLimitName, stretched } from '../domain/rate-limits.ts'
import { refuse } from '../errors.ts'
import { pathOf } from './requests.ts'

export type RateLimiter = {
  /**
   * Counts the request.
   *
   * @throws 429 with the seconds to wait, when the limit is exceeded
   */
  count(request: FastifyRequest, name: RateLimitName): Promise<void>
  /** @throws 429 when the limit is reached already */
  check(request: FastifyRequest, name: RateLimitName): Promise<void>
}

declare module 'fastify' {
  interface FastifyInstance {
    rateLimiter: RateLimiter
  }
}

/** Maximum addresses per limit; the least recently seen is dropped. */
const MOST_ADDRESSES = 20_000

/**
 * Limits per address, for IPv6 per /64 (T-102), in the memory of each replica. `factor` multiplies the limits of volume;
 * 0 lifts them.
 */
export const rateLimitPlugin = plugin<{ factor: number }>(async (app, { factor }) => {
  await app.register(rateLimit, { global: false, cache: MOST_ADDRESSES })
  const makeLimiter = (limit: RateLimit) => {
    const max = stretched(limit, factor)
    return max === undefined
      ? undefined
      : app.createRateLimit({ max, timeWindow: limit.minutes * 60_000, ipv6Subnet: 64 })
  }
  const limiters = new Map(Object.entries(RATE_LIMITS).map(([name, limit]) => [name, makeLimiter(limit)]))

  async function ask(request: FastifyRequest, name: RateLimitName, increment: boolean): Promise<void> {
    const limit = await limiters.get(name)?.(request, { increment })
    const isOver = limit && !limit.isAllowed && (increment ? limit.isExceeded : limit.remaining === 0)
    if (isOver) throw refuse('too-many-requests', { retryAfter: Math.max(1, limit.ttlInSeconds) })
  }

  app.decorate('rateLimiter', {
    count: (request, name) => ask(request, name, true),
    check: (request, name) => ask(request, name, false),
  } satisfies RateLimiter)

  app.addHook('onRequest', async (request) => {
    for (const name of limitsOf(request.method, addressOf(request))) await app.rateLimiter.count(request, name)
  })
})

/** The route, independent of spelling (T-70); paths under a wildcard have one spelling. */
function addressOf(request: FastifyRequest): string {
  const route = request.routeOptions.url ?? ''
  return route.endsWith('*') ? pathOf(request) : route
}
