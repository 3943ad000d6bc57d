import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { OUTBOUND_LIMITS, type OutboundLimit, outboundKeys } from '../domain/outbound-limits.ts'
import { refuse } from '../errors.ts'

/** Keys of one limit; the least recently used one is dropped first. */
const MOST_KEYS = 20_000
const MINUTE = 60_000

/** Limits routes that call servers outside on behalf of the caller, with 429 (SI-03). Runs after authentication. */
export const limitOutbound = plugin(async (app) => {
  await app.register(rateLimit, { global: false, cache: MOST_KEYS })
  const limiters = (Object.keys(OUTBOUND_LIMITS) as OutboundLimit[]).map((name) => {
    const keyGenerator = (request: FastifyRequest) => outboundKeys(request)[name] ?? ''
    return { name, count: app.createRateLimit({ max: OUTBOUND_LIMITS[name], timeWindow: MINUTE, keyGenerator }) }
  })
  app.addHook('onRequest', async (request) => {
    const keys = outboundKeys(request)
    for (const { name, count } of limiters) {
      if (keys[name] === undefined) continue
      const limit = await count(request)
      if (!limit.isAllowed && limit.isExceeded)
        throw refuse('too-many-tests', { retryAfter: Math.max(1, limit.ttlInSeconds) })
    }
  })
})
