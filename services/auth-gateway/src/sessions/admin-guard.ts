import type { Principal } from '@jackfield/contract/principal'
import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { RateLimiter } from '../http/rate-limit-plugin.ts'
import type { Ports } from '../ports.ts'
import { findControlSession } from './control-session.ts'
import { requireSameSite } from './same-site.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls the admin API, once `adminGuard` let them in. */
    principal: Principal
  }
}

/**
 * Every route of the admin API: a bearer API key, or Control's cookie together with proof that Control itself sent it.
 */
export function adminGuard(ports: Pick<Ports, 'registry' | 'roster' | 'artefacts' | 'clock'>, limiter: RateLimiter) {
  return async (request: FastifyRequest): Promise<void> => {
    const { authorization } = request.headers
    const principal = authorization === undefined ? await bySession(ports, request) : await byKey(ports, authorization)
    if (!principal) {
      // Whoever guesses is slowed down; a good credential from the same address still works.
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
  ports: Pick<Ports, 'artefacts' | 'clock' | 'registry' | 'roster'>,
  request: FastifyRequest,
): Promise<Principal | undefined> {
  const principal = await findControlSession(ports, request)
  if (principal) requireSameSite(request)
  return principal
}
