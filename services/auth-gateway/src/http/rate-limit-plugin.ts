import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import {
  limitsOf,
  NETWORK_FACTOR,
  networkOf,
  RATE_LIMITS,
  type RateLimit,
  type RateLimitName,
  stretched,
} from '../domain/rate-limits.ts'
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
 * Limits per address, for IPv6 per /64, and per network, /24 or /48 (T-102, T-131), in the memory of each replica.
 * `factor` multiplies the limits of volume; 0 lifts them.
 */
export const rateLimitPlugin = plugin<{ factor: number }>(async (app, { factor }) => {
  await app.register(rateLimit, { global: false, cache: MOST_ADDRESSES })
  const makeLimiters = (limit: RateLimit) => {
    const max = stretched(limit, factor)
    if (max === undefined) return []
    const timeWindow = limit.minutes * 60_000
    const keyGenerator = (request: FastifyRequest) => networkOf(request.ip)
    return [
      app.createRateLimit({ max, timeWindow, ipv6Subnet: 64 }),
      app.createRateLimit({ max: max * NETWORK_FACTOR, timeWindow, keyGenerator }),
    ]
  }
  const limiters = new Map(Object.entries(RATE_LIMITS).map(([name, limit]) => [name, makeLimiters(limit)]))

  async function ask(request: FastifyRequest, name: RateLimitName, increment: boolean): Promise<void> {
    for (const limiter of limiters.get(name) ?? []) {
      const limit = await limiter(request, { increment })
      const isOver = !limit.isAllowed && (increment ? limit.isExceeded : limit.remaining === 0)
      if (isOver) throw refuse('too-many-requests', { retryAfter: Math.max(1, limit.ttlInSeconds) })
    }
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
