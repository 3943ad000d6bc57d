import type { App } from '@jackfield/contract/app'
import { isPlatformHost, sharedHostnames, slugsAt } from '../domain/host.ts'
import { isReservedSlug } from '../domain/slug.ts'
import { refuse } from '../errors.ts'

/** Refuses names that belong to the platform. */
export function requireFreeNames(
  names: { slug?: string | undefined; customHosts?: readonly string[] | undefined },
  baseUrl: string,
  apps: readonly App[],
): void {
  const { slug } = names
  const isOfShared = [...sharedHostnames(apps)].some(
    (hostname) => slug !== undefined && slugsAt(hostname, baseUrl, apps).includes(slug),
  )
  if (slug !== undefined && (isReservedSlug(slug) || isOfShared)) throw refuse('slug-reserved')
  if (names.customHosts?.some((hostname) => isPlatformHost(hostname, baseUrl, apps))) throw refuse('host-reserved')
}
