import type { App } from '@jackfield/contract/app'
import { isReservedHost, sharedHostnames, slugsAt } from '../domain/host.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

/**
 * Refuses an app that would bring a shared host and a tenant's under one name, by its shared address or by its tenant
 * address: sessions of every tenant live on the one, of one tenant on the other (T-23).
 */
export async function requireFreeSharedHosts(
  { tenants, apps, baseUrl }: Pick<Ports, 'tenants' | 'apps' | 'baseUrl'>,
  app: App,
): Promise<void> {
  const catalogue = [...(await apps.all()).filter(({ clientId }) => clientId !== app.clientId), app]
  for (const hostname of sharedHostnames(catalogue)) {
    if (isReservedHost(hostname, baseUrl) || (await tenants.isHostClaimed(hostname))) throw refuse('shared-host-taken')
    for (const slug of slugsAt(hostname, baseUrl, catalogue))
      if (await tenants.findBySlug(slug)) throw refuse('shared-host-taken')
  }
}
