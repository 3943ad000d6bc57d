import jwt from '@fastify/jwt'
import { InternalClaims } from '@jackfield/contract/access/principal'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { keyId } from './sign-internal-token.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether holders of hand-over links may call the route; the route confines them to their account. */
    handOver?: boolean
  }
  interface FastifyRequest {
    /** The caller, set by `requireAdmin` and `requireService`. */
    caller: InternalClaims
  }
}

/** Verifies the tokens between our services with @fastify/jwt; `audience` is this service's name. */
export const internalTokenPlugin = plugin<{ audience: string; keys: readonly Buffer[] }>(
  async (app, { audience, keys }) => {
    const byId = new Map(keys.map((key) => [keyId(key), key]))
    const [current] = keys
    if (!current) throw new TypeError('INTERNAL_TOKEN_KEYS has no key.')
    await app.register(jwt, {
      secret: (_request, token, done) =>
        done(null, byId.get(String('header' in token ? token.header.kid : token.kid)) ?? current),
      decode: { complete: true },
      verify: {
        algorithms: ['HS256'],
        allowedAud: audience,
        maxAge: 120_000,
        clockTolerance: 5_000,
        requiredClaims: ['exp', 'iat', 'iss', 'sub'],
      },
    })
    app.decorateRequest('caller', null as unknown as InternalClaims)
  },
)

/**
 * Guard of routes above all tenants that a tenant's admin may use too. It checks the role only:
 * such a route narrows what it shows and does to `request.caller.scope` itself.
 */
export async function requireAnyAdmin(request: FastifyRequest): Promise<void> {
  const caller = await authenticate(request)
  if (caller.role === 'service') throw refuse('forbidden')
  requireRoleFor(request, caller)
}

/** Guard of routes of the platform alone: 404 to all other callers (AD-13); a reader only reads. */
export async function requirePlatformAdmin(request: FastifyRequest): Promise<void> {
  const { scope, role } = await authenticate(request)
  if (scope !== 'platform' || (role !== 'admin' && role !== 'read')) throw refuse('not-found')
  requireRoleFor(request, { role })
}

/** Guard of every route behind the gateway: a valid token of an admin whose scope and role reach it. */
export async function requireAdmin(request: FastifyRequest): Promise<void> {
  const caller = await authenticate(request)
  if (caller.role === 'service') throw refuse('forbidden')
  const { tenantId } = request.params as { tenantId?: string }
  const reaches = caller.scope === 'platform' || (tenantId !== undefined && tenantId === caller.scope)
  // A foreign tenant is answered like a missing one (T-90); a route above all tenants is forbidden.
  if (!reaches) throw tenantId === undefined ? needs({ scope: 'platform' }) : refuse('not-found')
  requireRoleFor(request, caller)
}

/** Guard of the routes under /internal: our own services only. */
export async function requireService(request: FastifyRequest): Promise<void> {
  const caller = await authenticate(request)
  if (caller.role !== 'service') throw refuse('forbidden')
}

/** A reader only reads; the holder of a hand-over link reaches the routes that declare it. */
function requireRoleFor({ method, routeOptions }: FastifyRequest, { role }: Pick<InternalClaims, 'role'>): void {
  if (role === 'hand-over' && routeOptions.config.handOver !== true) throw needs({ role: 'admin' })
  if (role === 'read' && method !== 'GET' && method !== 'HEAD') throw needs({ role: 'admin' })
}

/** 403 that says which role or scope the operation needs. */
const needs = (required: { role?: string; scope?: string }) => refuse('forbidden', { members: { required } })

async function authenticate(request: FastifyRequest): Promise<InternalClaims> {
  try {
    request.caller = InternalClaims.parse(await request.jwtVerify())
  } catch (cause) {
    throw refuse('unauthenticated', { cause })
  }
  return request.caller
}
