import type { App } from '@jackfield/contract/app'
import type { SignInTenant } from '@jackfield/contract/internal-api'
import { decideAdmission } from '../domain/sign-in/admission.ts'
import { onePerDirectory, type Realm, realmsIn } from '../domain/sign-in/home-realm.ts'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import type { Parts, Ports } from '../ports.ts'

// Finds the Microsoft account by which a person signs in on a shared host. Before Microsoft has identified them, only
// the address's domain is used, and no answer reveals whether a person exists.

/** Realms in which the person of an address may sign in, one for each directory. */
export async function findRealms(
  { roster, registry }: Pick<Ports, 'roster' | 'registry'>,
  address: string,
): Promise<Realm[]> {
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

/** Realms of the tenants that admit a person, identified by Microsoft, to an app. */
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

/** The tenant with the slug that an app asks for. */
export async function findNamedTenant({ registry, baseUrl }: Parts, slug: string) {
  if (!/^[a-z0-9-]{1,63}$/.test(slug)) return undefined
  const found = await registry.findHost(`${slug}.${new URL(baseUrl).host}`)
  return found?.kind === 'tenant' ? (found satisfies SignInTenant) : undefined
}
