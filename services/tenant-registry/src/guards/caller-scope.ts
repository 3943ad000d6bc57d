import type { InternalClaims } from '@jackfield/contract/access/principal'
import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Ports, TenantFilter } from '../ports.ts'

/** The tenant that a list above all tenants is narrowed to. */
export function tenantFilter({ scope }: InternalClaims): TenantFilter {
  return scope === 'platform' ? null : scope
}

export function requirePlatform({ scope }: InternalClaims): void {
  if (scope !== 'platform') throw refuse('forbidden', { members: { required: { scope: 'platform' } } })
}

/** Guard of the operations that declare `platformOnly`. */
export async function requireDeclaredScope({ caller, routeOptions }: FastifyRequest): Promise<void> {
  if (routeOptions.config.platformOnly) requirePlatform(caller)
}

/** A caller grants at most their own scope. */
export function requireReach({ scope }: InternalClaims, wanted: string): void {
  if (scope !== 'platform' && scope !== wanted) throw refuse('forbidden', { members: { required: { scope: wanted } } })
}

/** For a tenant's admin, what belongs to another tenant or to the platform does not exist (T-90). */
export function isWithinReach({ scope }: InternalClaims, owned: { scope: string }): boolean {
  return scope === 'platform' || scope === owned.scope
}

/**
 * The owner of an app registration can get ID tokens of anybody who signs in to it. Where such tokens open Control for
 * administrators of the platform, only the platform chooses the registration.
 */
export async function requireVouchingReach(
  { administrators }: Pick<Ports, 'administrators'>,
  { scope }: InternalClaims,
  tenantId: string,
): Promise<void> {
  if (scope !== 'platform' && (await administrators.vouchesForPlatform(tenantId)))
    throw refuse('forbidden', { members: { required: { scope: 'platform' } } })
}
