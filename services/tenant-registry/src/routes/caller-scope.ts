import type { InternalClaims } from '@jackfield/contract/principal'
import { refuse } from '../errors.ts'
import type { TenantFilter } from '../ports.ts'

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
