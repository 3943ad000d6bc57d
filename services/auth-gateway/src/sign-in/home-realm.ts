import type { App } from '@jackfield/contract/app'
import type { SignInTenant } from '@jackfield/contract/internal-api'
import { decideAdmission } from '../domain/sign-in/admission.ts'
import { onePerDirectory, type Realm, realmsIn } from '../domain/sign-in/home-realm.ts'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import type { Ports } from '../ports.ts'

// On a shared host: to whose Microsoft account somebody belongs. Before Microsoft has said who it is, only what an address says of
// its domain; nobody is told whether it exists.

/** Where the person of an address may sign in, one realm for each directory. */
export async function findRealms({ roster, registry }: Pick<Ports, 'roster' | 'registry'>, address: string): Promise<Realm[]> {
  const candidates = await roster.findCandidates(address)
  const ids = [...new Set(candidates.map(({ tenantId }) => tenantId))]
  const found = await Promise.all(ids.map((tenantId) => registry.findTenant(tenantId)))
  const tenants = new Map(found.flatMap((each) => (each ? [[each.tenant.id, each] as const] : [])))
  return onePerDirectory(
    candidates.flatMap(({ tenantId, directoryId }) => {
      const tenant = tenants.get(tenantId)
      return tenant ? realmsIn(tenant, directoryId) : []
    }),
  )
}

/** The tenants by which a person who has signed in at Microsoft may use an app. */
export async function findAdmittingRealms(
  { roster, registry }: Pick<Ports, 'roster' | 'registry'>,
  { directoryId, objectId }: Pick<MicrosoftIdentity, 'directoryId' | 'objectId'>,
  app: Pick<App, 'requiresBinding'>,
): Promise<Array<Realm & { loginHint: string }>> {
  const tenants = await registry.listTenantsOf(directoryId)
  const admitted = await Promise.all(
    tenants.map(async (each) => {
      const admission = decideAdmission(await roster.findByIdentity(each.tenant.id, directoryId, objectId), app)
      if (admission.kind !== 'admitted') return []
      return realmsIn(each, directoryId).map((realm) => ({ ...realm, loginHint: admission.person.userPrincipalName }))
    }),
  )
  return admitted.flat()
}

/** The tenant that an app names by its slug. */
export async function findNamedTenant({ registry, baseUrl }: Pick<Ports, 'registry'> & { baseUrl: string }, slug: string) {
  if (!/^[a-z0-9-]{1,63}$/.test(slug)) return undefined
  const found = await registry.findHost(`${slug}.${new URL(baseUrl).host}`)
  return found?.kind === 'tenant' ? (found satisfies SignInTenant) : undefined
}
