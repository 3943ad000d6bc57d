import type { Principal } from '@jackfield/contract/principal'
import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { RateLimiter } from '../http/rate-limit-plugin.ts'
import type { Ports } from '../ports.ts'
import { findControlSession } from './control-session.ts'
import { requireSameSite } from './same-site.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller of the admin API, set by `adminGuard`. */
    principal: Principal
  }
}

/**
 * Guards every route of the admin API: a bearer API key, or Control's cookie with proof that Control itself sent it.
 */
export function adminGuard(ports: Pick<Ports, 'registry' | 'roster' | 'records' | 'clock'>, limiter: RateLimiter) {
  return async (request: FastifyRequest): Promise<void> => {
    const { authorization } = request.headers
    const principal = authorization === undefined ? await bySession(ports, request) : await byKey(ports, authorization)
    if (!principal) {
      // Slows down guessing; valid credentials from the same address still work.
      await limiter.count(request, 'refused-credentials')
      throw refuse('unauthenticated')
    }
    request.principal = principal
  }
}

async function byKey({ registry }: Pick<Ports, 'registry'>, authorization: string): Promise<Principal | undefined> {
  const key = /^Bearer ([\x21-\x7e]{8,200})$/i.exec(authorization)?.[1]
  return key === undefined ? undefined : registry.authenticateApiKey(key)
}

async function bySession(
  ports: Pick<Ports, 'records' | 'clock' | 'registry' | 'roster'>,
  request: FastifyRequest,
): Promise<Principal | undefined> {
  const principal = await findControlSession(ports, request)
  if (principal) requireSameSite(request)
  return principal
}
