import type { Principal } from '@jackfield/contract/access/principal'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyRequest } from 'fastify'
import type { RateLimiter } from '../http/rate-limit-plugin.ts'
import { requireSameSite } from '../http/request-guards.ts'
import type { Ports } from '../ports.ts'
import { findControlSession } from './control-session.ts'

/** Guards the admin API: takes a bearer API key, or Control's cookie on a request of Control's own page. */
export function adminGuard(ports: Ports, limiter: RateLimiter) {
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

async function byKey({ registry }: Ports, authorization: string): Promise<Principal | undefined> {
  const key = /^Bearer ([\x21-\x7e]{8,200})$/i.exec(authorization)?.[1]
  return key === undefined ? undefined : registry.authenticateApiKey(key)
}

async function bySession(ports: Ports, request: FastifyRequest): Promise<Principal | undefined> {
  const principal = await findControlSession(ports, request)
  if (principal) requireSameSite(request)
  return principal
}
