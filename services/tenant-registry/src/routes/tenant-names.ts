import type { App } from '@jackfield/contract/app'
import { isPlatformHost } from '../domain/host.ts'
import { isReservedSlug } from '../domain/slug.ts'
import { refuse } from '../errors.ts'

/** Refuses names that belong to the platform. */
export function requireFreeNames(
  names: { slug?: string | undefined; customHosts?: readonly string[] | undefined },
  baseUrl: string,
  apps: readonly App[],
): void {
  if (names.slug !== undefined && isReservedSlug(names.slug)) throw refuse('slug-reserved')
  if (names.customHosts?.some((hostname) => isPlatformHost(hostname, baseUrl, apps))) throw refuse('host-reserved')
}
