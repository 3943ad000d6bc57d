import type { SignInTenant } from '@jackfield/contract/internal-api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readAddress, readDomainHint } from '../domain/sign-in/home-realm.ts'
import { nameOf, type SignInSite, shownName } from '../domain/site.ts'
import { sendPage, technicalDetails, textsOf } from '../http/page-plugin.ts'
import {
  accountPickerPage,
  askAddressPage,
  chooseRealmPage,
  chooseTenantPage,
  notSetUpPage,
} from '../pages/sign-in-pages.ts'
import type { Attempt, Parts } from '../ports.ts'
import type { Proven } from './attempt.ts'
import { redirectToMicrosoft } from './begin-login.ts'
import { findAdmittingRealms, findNamedTenant, findRealms } from './home-realm.ts'

/**
 * Sends an attempt without an identity to Microsoft, by the tenant's only account, or to a page that asks what is
 * missing. On a shared host the app's hints are used where they suffice: the tenant's slug, an address, a domain.
 */
export async function leadToMicrosoft(
  ports: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  site: SignInSite,
) {
  const { tenantHint } = attempt
  if (site.kind === 'tenant') return leadToTenant(ports, request, reply, attempt, site)
  if (tenantHint !== undefined)
    return leadToTenant(ports, request, reply, attempt, await findNamedTenant(ports, tenantHint))
  const address = readAddress(attempt.loginHint) ?? readDomainHint(attempt.domainHint)
  if (address !== undefined) await request.server.rateLimiter.count(request, 'addresses-asked')
  const realms = address === undefined ? [] : await findRealms(ports, address)
  const [realm, ...others] = realms
  if (realm && others.length === 0) return redirectToMicrosoft(ports, request, reply, { attempt, realm })
  return sendPage(
    reply,
    200,
    realm
      ? chooseRealmPage(textsOf(request), attempt.uid, address ?? '', realms)
      : askAddressPage(textsOf(request), attempt.uid),
    [attempt.redirectOrigin],
  )
}

function leadToTenant(
  ports: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  attempt: Attempt,
  found: SignInTenant | undefined,
) {
  const { uid, redirectOrigin, isOfForm } = attempt
  const [account, ...others] = found?.accounts ?? []
  const texts = textsOf(request)
  if (!found || !account) {
    const links = { uid, tenant: nameOf(request.site), details: technicalDetails(request, 'not-set-up') }
    return sendPage(reply, 403, notSetUpPage(texts, links), [redirectOrigin])
  }
  if (others.length > 0 || isOfForm)
    return sendPage(reply, 200, accountPickerPage(texts, found.accounts, uid), [redirectOrigin])
  return redirectToMicrosoft(ports, request, reply, { attempt, realm: { ...found, account } })
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | FastifyReply

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
    return (request, reply) =>
      sendPage(reply, 200, chooseTenantPage(textsOf(request), attempt.uid, tenants), [attempt.redirectOrigin])
  }
  if (!only || only.tenant.id === proven.tenantId) return undefined
  const { loginHint, ...realm } = only
  const start = { attempt, realm, loginHint, isTenantChosen: false, isSecondTrip: true }
  return (request, reply) => redirectToMicrosoft(ports, request, reply, start)
}

/** The accounts by which an identified person may sign in to the attempt's app, one for each tenant. */
export async function realmsOf(ports: Parts, { clientId }: Attempt, proven: Proven) {
  const app = (await ports.registry.listApps()).find((each) => each.clientId === clientId)
  return app ? findAdmittingRealms(ports, proven, app) : []
}
