import { z } from 'zod'
import { SESSION_ABSOLUTE } from './domain/session-limits.ts'
import type { TenantSite } from './domain/site.ts'
import type { ArtefactSpaces } from './ports.ts'

const SPACE = 'person-hosts'
const KIND = 'PersonHost'
const Payload = z.object({ host: z.string() })

/** On which hosts of a tenant a person signed in: sessions are kept by host, and this is where to look when the roster ends them. */
export function personHosts(spaces: ArtefactSpaces) {
  const space = spaces(SPACE)
  const indexOf = (tenantId: string, userId: string) => `person ${tenantId} ${userId}`
  return {
    note({ tenant, origin }: Pick<TenantSite, 'tenant' | 'origin'>, userId: string): Promise<void> {
      const { host } = new URL(origin)
      const grantId = indexOf(tenant.id, userId)
      return space.save({ kind: KIND, id: `${grantId} ${host}`, payload: { host }, ttl: SESSION_ABSOLUTE, grantId })
    },
    async find(tenantId: string, userId: string): Promise<string[]> {
      return (await space.findByGrant(indexOf(tenantId, userId))).map(({ payload }) => Payload.parse(payload).host)
    },
  }
}
