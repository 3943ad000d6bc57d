import type { InternalClaims } from '@jackfield/contract/principal'
import { refuse } from '../errors.ts'
import type { Ports, TenantFilter } from '../ports.ts'

/** What lists above all tenants are narrowed to. */
export function tenantFilter({ scope }: InternalClaims): TenantFilter {
  return scope === 'platform' ? null : scope
}

export function requirePlatform({ scope }: InternalClaims): void {
  if (scope !== 'platform') throw refuse('forbidden')
}

/** Nobody hands out a wider reach than their own. */
export function requireReach({ scope }: InternalClaims, wanted: string): void {
  if (scope !== 'platform' && scope !== wanted) throw refuse('forbidden')
}

/** What belongs to a scope; another tenant's, or the platform's, is not there for a tenant's admin (T-90). */
export function isWithinReach({ scope }: InternalClaims, owned: { scope: string }): boolean {
  return scope === 'platform' || scope === owned.scope
}

/**
 * Whoever chooses the registration that an ID token is for can have tokens of anybody who ever signs in to it. Where
 * such tokens open Control for the platform’s own administrators, the registration is the platform’s to choose.
 */
export async function requireVouchingReach(
  { administrators }: Pick<Ports, 'administrators'>,
  { scope }: InternalClaims,
  tenantId: string,
): Promise<void> {
  if (scope !== 'platform' && (await administrators.vouchesForPlatform(tenantId))) throw refuse('forbidden')
}
