import { type Grant, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { isLoginTooOld } from '../../domain/lifetimes.ts'
import { readAccountId } from '../../domain/sign-in/account-id.ts'
import { decideAdmission, isLoginRevoked } from '../../domain/sign-in/admission.ts'
import { findTenantOf, type SignInSite } from '../../domain/site.ts'
import type { Clock, Registry, Roster } from '../../ports.ts'
import { orUnavailable } from './outages.ts'
import { DEVICE_GRANT } from './session-listing.ts'

export type PolicyParts = { site: SignInSite; registry: Registry; roster: Roster; clock: Clock }

/**
 * The person of an account id and their tenant, as roster and registry know them now; undefined when the tenant is
 * gone.
 */
export async function findPerson({ site, registry, roster }: PolicyParts, accountId: string) {
  const id = readAccountId(site, accountId)
  if (!id) return undefined
  const [found, person] = await orUnavailable(
    Promise.all([findTenantOf(registry, site, id.tenantId), roster.findById(id.tenantId, id.userId)]),
  )
  return found && { tenant: found.tenant, person }
}

export async function findAdmitted(parts: PolicyParts, accountId: string, clientId: string) {
  const [found, apps] = await Promise.all([findPerson(parts, accountId), orUnavailable(parts.registry.listApps())])
  const app = apps.find((each) => each.clientId === clientId)
  const admission = app ? decideAdmission(found?.person, app) : ({ kind: 'not-bound' } as const)
  return { tenant: found?.tenant, person: found?.person, admission }
}

/**
 * When a person is prompted: to sign in (no session, an old or revoked login, or a fresh login requested), to choose an
 * account, or to learn why they may not use this app. There is no consent screen: all apps are the platform's own.
 */
export function signInPolicy(parts: PolicyParts) {
  const isOfOtherTenant = (ctx: KoaContextWithOIDC, { slug }: { slug: string }) => {
    const { tenant: wanted } = ctx.oidc.params ?? {}
    return parts.site.kind === 'shared' && typeof wanted === 'string' && wanted !== slug
  }
  const policy = interactionPolicy.base()
  policy.remove('consent')

  policy.get('login')?.checks.add(
    new interactionPolicy.Check(
      'session_ended',
      'the login has ended',
      'login_required',
      async (ctx: KoaContextWithOIDC) => {
        const { session, result } = ctx.oidc
        if (!session?.accountId || result?.login) return false
        if (isLoginTooOld(session.loginTs, parts.clock())) return true
        const found = await findPerson(parts, session.accountId)
        // The tenant is gone, or the app asks for another one: the person may sign in for another tenant.
        if (!found || isOfOtherTenant(ctx, found.tenant)) return true
        return found.person !== undefined && isLoginRevoked(found.person, session.loginTs)
      },
    ),
  )
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }))
  policy.add(new interactionPolicy.Prompt({ name: 'consent', requestable: true }))
  policy.add(
    new interactionPolicy.Prompt(
      { name: 'admission' },
      new interactionPolicy.Check(
        'not_admitted',
        'the person may not use this app',
        'access_denied',
        async (ctx: KoaContextWithOIDC) => {
          const { session, client } = ctx.oidc
          if (!session?.accountId || !client) return false
          const { admission } = await findAdmitted(parts, session.accountId, client.clientId)
          return admission.kind !== 'admitted'
        },
      ),
    ),
  )
  return policy
}

/**
 * Grants what an app asks for: all apps are the platform's own. One grant for each session and app, and for each device,
 * so that it ends alone (T-136).
 */
export async function loadFirstPartyGrant(ctx: KoaContextWithOIDC, resource: string): Promise<Grant | undefined> {
  const { client, session, account, provider, params } = ctx.oidc
  if (!client || !session || !account) return undefined
  const known = client.grantTypeAllowed(DEVICE_GRANT) ? undefined : session.grantIdFor(client.clientId)
  const found = known ? await provider.Grant.find(known) : undefined
  const grant =
    found?.accountId === account.accountId
      ? found
      : new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
  const scope = String(params?.scope ?? '')
  const missing = scope
    .split(' ')
    .some((each) => !grant.getResourceScopeEncountered(resource).split(' ').includes(each))
  if (!grant.jti || missing) {
    grant.addOIDCScope(scope)
    grant.addResourceScope(resource, scope)
    await grant.save()
  }
  return grant
}
