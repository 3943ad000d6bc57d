import { randomUUID } from 'node:crypto'
import type { Administrator } from '@jackfield/contract/access/administrator'
import { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { Principal } from '@jackfield/contract/access/principal'
import type {
  CatalogueApp,
  Connection,
  CredentialUse,
  HostResolution,
  SignInTenant,
} from '@jackfield/contract/internal/internal-api'
import type { ConsentAnswer, ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import { type LogoType, NO_BRANDING } from '@jackfield/contract/tenants/branding'
import { ServiceCallError } from '@jackfield/internal-token/service-client'
import type { Registry } from '../src/ports.ts'

export type Account = SignInTenant['accounts'][number]
type TenantHost = Extract<HostResolution, { kind: 'tenant' }>
type TenantRow = { resolution: TenantHost; connections: Map<string, Connection> }

/** A registry in maps. */
export function mapRegistry(baseUrl: string) {
  const tenants = new Map<string, TenantRow>()
  const apps: CatalogueApp[] = []
  const audits: SentAuditEvent[] = []
  const keys = new Map<string, Principal>()
  const links = new Map<string, Principal>()
  const administrators: Administrator[] = []
  const base = new URL(baseUrl)
  const wrongPlatforms: string[] = []
  const uses: Array<CredentialUse & { accountId: string }> = []
  const outage = { isDown: false, takesNoUses: false, takesNoAudits: false }
  const removed = new Set<string>()
  const logos = new Map<string, { mediaType: LogoType; bytes: Buffer }>()
  const consents = new Map<string, ConsentReturn>()
  const consentAnswers: ConsentAnswer[] = []
  const resolutions = () => [...tenants.values()].map(({ resolution }) => resolution)
  const registry: Registry = {
    async findHost(host) {
      if (outage.isDown) throw new ServiceCallError(0, 'unreachable', 'registry does not answer')
      const shared = apps.find(
        ({ sharedUrl }) => sharedUrl !== undefined && new URL(sharedUrl).host === host,
      )?.sharedUrl
      if (shared) return { kind: 'shared', origin: new URL(shared).origin }
      const row = tenants.get(host)
      return row && { ...row.resolution } // as the registry, which gives another object when something changed
    },
    findTenant: async (tenantId) =>
      removed.has(tenantId) ? undefined : resolutions().find(({ tenant }) => tenant.id === tenantId),
    listTenantsOf: async (directoryId) =>
      resolutions().filter(
        ({ tenant, accounts }) =>
          !removed.has(tenant.id) && accounts.some((account) => account.directoryId === directoryId),
      ),
    hasTenant: async (tenantId) => !removed.has(tenantId),
    listApps: async () => [...apps], // as the registry, which gives another array when it was asked again
    findLogo: async (tenantId, sha256) => logos.get(`${tenantId} ${sha256}`),
    findConnection: async (tenantId, accountId) =>
      [...tenants.values()].find(({ resolution }) => resolution.tenant.id === tenantId)?.connections.get(accountId),
    async reportWrongPlatform({ accountId }) {
      wrongPlatforms.push(accountId)
    },
    async recordCredentialUse({ accountId }, use) {
      if (outage.takesNoUses) throw new ServiceCallError(0, 'unreachable', 'registry does not answer')
      uses.push({ accountId, ...use })
    },
    async authenticateApiKey(key) {
      if (outage.isDown) throw new ServiceCallError(0, 'unreachable', 'registry does not answer')
      return keys.get(key)
    },
    async redeemControlSignInLink(token) {
      const principal = links.get(token)
      links.delete(token)
      return principal
    },
    async findAdministrator(id) {
      if (outage.isDown) throw new ServiceCallError(0, 'unreachable', 'registry does not answer')
      return administrators.find((each) => each.id === id)
    },
    findAdministratorByIdentity: async (tenantId, directoryId, objectId) =>
      administrators.find(
        (each) => each.signInTenantId === tenantId && each.directoryId === directoryId && each.objectId === objectId,
      ),
    async recordAuditEvent(event) {
      const parsed = SentAuditEvent.safeParse(event)
      if (!parsed.success) return { kind: 'refused', reason: parsed.error.message }
      if (outage.isDown || outage.takesNoAudits) return { kind: 'unavailable' }
      if (!audits.some(({ id }) => id === event.id)) audits.push(parsed.data)
      return true
    },
    async receiveConsent(answer) {
      if (outage.isDown) throw new ServiceCallError(0, 'unreachable', 'registry does not answer')
      consentAnswers.push(answer)
      const returned = consents.get(answer.state)
      consents.delete(answer.state)
      return returned && (answer.isDeclined ? { ...returned, outcome: 'declined' } : returned)
    },
  }
  return {
    ...registry,
    apps,
    audits,
    uses,
    wrongPlatforms,
    keys,
    links,
    administrators,
    outage,
    removed,
    consents,
    consentAnswers,
    logos,
    givenTenant(slug: string, accounts: Account[], connections: Connection[] = []) {
      const host = `${slug}.${base.host}`
      const resolution: TenantHost = {
        kind: 'tenant',
        tenant: { id: randomUUID(), slug, name: `${slug} <Ltd>` },
        branding: NO_BRANDING,
        origin: `${base.protocol}//${host}`,
        accounts,
      }
      tenants.set(host, { resolution, connections: new Map(connections.map((each) => [each.accountId, each])) })
      return resolution.tenant
    },
    forgetTenants: () => tenants.clear(),
    tenantAt: (slug: string) => tenants.get(`${slug}.${base.host}`),
  }
}
