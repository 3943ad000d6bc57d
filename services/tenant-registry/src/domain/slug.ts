import { RESERVED_SLUGS } from '@jackfield/contract/tenant'

/** Labels the platform uses itself, and labels that look like encoded international ones (RFC 5891 4.2.3.1). */
export function isReservedSlug(slug: string): boolean {
  return RESERVED_SLUGS.has(slug) || slug.slice(2, 4) === '--'
}
