import type { SignInTenant } from '@jackfield/contract/internal/internal-api'
import type { App } from '@jackfield/contract/tenants/app'
import type { FastifyReply } from 'fastify'
import { decideAdmission } from '../domain/sign-in/admission.ts'
import { onePerDirectory, type Realm, readAddress, readDomainHint, realmsIn } from '../domain/sign-in/home-realm.ts'
import type { MicrosoftIdentity } from '../domain/sign-in/microsoft-claims.ts'
import { nameOf, type SignInSite, shownName } from '../domain/site.ts'
import { sendPage, textsOf } from '../http/page-plugin.ts'
import {
  accountPickerPage,
  askAddressPage,
  chooseRealmPage,
  chooseTenantPage,
  notReturnedPage,
  notSetUpPage,
} from '../pages/sign-in-pages.ts'
import type { Attempt, Parts, Ports } from '../ports.ts'
import { hasNotReturned } from '../sessions/microsoft-trip.ts'
import type { Proven } from './attempt.ts'
import { redirectToMicrosoft } from './begin-login.ts'

// Finds the Microsoft account by which a person signs in on a shared host. Before Microsoft has identified them, only
// the address's domain is used, and no answer reveals whether a person exists.

/** Realms in which the person of an address may sign in, one for each directory. */
export async function findRealms({ roster, registry }: Ports, address: string): Promise<Realm[]> {
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
async function findAdmittingRealms(
  { roster, registry }: Ports,
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

/**
 * Sends an attempt without an identity to Microsoft, by the tenant's only account, or to a page that asks what is
 * missing. On a shared host the app's hints are used where they suffice: the tenant's slug, an address, a domain.
 */
export async function leadToMicrosoft(ports: Parts, reply: FastifyReply, attempt: Attempt, site: SignInSite) {
  const { request } = reply
  const { tenantHint } = attempt
  if (site.kind === 'tenant') return leadToTenant(ports, reply, attempt, site)
  if (tenantHint !== undefined) return leadToTenant(ports, reply, attempt, await findNamedTenant(ports, tenantHint))
  const address = readAddress(attempt.loginHint) ?? readDomainHint(attempt.domainHint)
  if (address !== undefined) await request.server.rateLimiter.count(request, 'addresses-asked')
  const realms = address === undefined ? [] : await findRealms(ports, address)
  const [realm, ...others] = realms
  if (realm && others.length === 0) return goToMicrosoft(ports, reply, attempt, realm)
  const texts = textsOf(request)
  const page = realm ? chooseRealmPage(texts, attempt.uid, address ?? '', realms) : askAddressPage(texts, attempt.uid)
  return sendPage(reply, 200, page, { formTarget: attempt.redirectOrigin })
}

function leadToTenant(ports: Parts, reply: FastifyReply, attempt: Attempt, found: SignInTenant | undefined) {
  const { uid, redirectOrigin: formTarget, isOfForm } = attempt
  const [account, ...others] = found?.accounts ?? []
  const texts = textsOf(reply.request)
  if (!found || !account) {
    const page = notSetUpPage(texts, uid, nameOf(reply.request.site))
    return sendPage(reply, 403, page, { formTarget, code: 'not-set-up' })
  }
  if (others.length > 0 || isOfForm)
    return sendPage(reply, 200, accountPickerPage(texts, found.accounts, uid), { formTarget })
  return goToMicrosoft(ports, reply, attempt, { ...found, account })
}

/** To Microsoft, unless Microsoft kept the person the last time: then our page says what to do about that (S39). */
function goToMicrosoft(ports: Parts, reply: FastifyReply, attempt: Attempt, realm: Realm) {
  const { request } = reply
  const { uid, redirectOrigin: formTarget } = attempt
  const { id: accountId, alias } = realm.account
  if (!hasNotReturned(request, accountId, ports.clock())) return redirectToMicrosoft(ports, reply, { attempt, realm })
  const page = notReturnedPage(textsOf(request), { uid, accountId, alias, tenant: nameOf(request.site) })
  return sendPage(reply, 200, page, { formTarget })
}

type Answer = (reply: FastifyReply) => Promise<FastifyReply> | FastifyReply

/**
 * On a shared host, the response to send before the person is admitted: the choice of tenant, or the redirect to the
 * only tenant that admits them. Undefined when that is the login's own tenant, or none. A function, because awaiting a
 * reply sends it.
 */
export async function findDetour(ports: Parts, attempt: Attempt, proven: Proven): Promise<Answer | undefined> {
  if (proven.isTenantChosen) return undefined
  const realms = await realmsOf(ports, attempt, proven)
  const [only, ...others] = realms
  if (others.length > 0) {
    const tenants = realms.map((realm) => ({ id: realm.tenant.id, name: shownName(realm) }))
    const formTarget = attempt.redirectOrigin
    return (reply) =>
      sendPage(reply, 200, chooseTenantPage(textsOf(reply.request), attempt.uid, tenants), { formTarget })
  }
  if (!only || only.tenant.id === proven.tenantId) return undefined
  const { loginHint, ...realm } = only
  const start = { attempt, realm, loginHint, isTenantChosen: false, isSecondTrip: true }
  return (reply) => redirectToMicrosoft(ports, reply, start)
}

/** The accounts by which an identified person may sign in to the attempt's app, one for each tenant. */
export async function realmsOf(ports: Parts, { clientId }: Attempt, proven: Proven) {
  const app = (await ports.registry.listApps()).find((each) => each.clientId === clientId)
  return app ? findAdmittingRealms(ports, proven, app) : []
}
