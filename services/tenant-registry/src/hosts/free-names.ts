import type { App } from '@jackfield/contract/tenants/app'
import { isPlatformHost, isReservedHost, sharedHostnames, slugsAt } from '../domain/host.ts'
import { isReservedSlug } from '../domain/tenant.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

/**
 * Refuses an app whose shared or tenant address would make one name both a shared host and a tenant's host: a shared
 * host has sessions of every tenant, a tenant's host has its own only (T-23).
 */
export async function requireFreeSharedHosts(
  { tenants, hosts, apps, baseUrl }: Pick<Ports, 'tenants' | 'hosts' | 'apps' | 'baseUrl'>,
  app: App,
): Promise<void> {
  const catalogue = [...(await apps.all()).filter(({ clientId }) => clientId !== app.clientId), app]
  for (const hostname of sharedHostnames(catalogue)) {
    if (isReservedHost(hostname, baseUrl) || (await hosts.isClaimed(hostname))) throw refuse('shared-host-taken')
    for (const slug of slugsAt(hostname, baseUrl, catalogue))
      if (await tenants.findBySlug(slug)) throw refuse('shared-host-taken')
  }
}

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
