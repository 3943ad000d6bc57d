import { RESERVED_SLUGS, type Tenant } from '@jackfield/contract/tenants/tenant'

/** A tenant with its row version: a change names the version it read. */
export type TenantRecord = Tenant & { version: number }

/** Labels the platform uses itself, and labels that look like encoded international ones (RFC 5891 4.2.3.1). */
export function isReservedSlug(slug: string): boolean {
  return RESERVED_SLUGS.has(slug) || slug.slice(2, 4) === '--'
}
