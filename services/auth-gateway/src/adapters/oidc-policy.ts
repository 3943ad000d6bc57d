import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { decideAdmission, isLoginRevoked } from '../domain/admission.ts'
import { isLoginTooOld } from '../domain/session-limits.ts'
import type { TenantSite } from '../domain/site.ts'
import type { Clock, Registry, Roster } from '../ports.ts'
import { orUnavailable } from './oidc-unavailable.ts'

export type PolicyParts = { site: TenantSite; registry: Registry; roster: Roster; clock: Clock }

/** The person behind an account id, as the roster knows them now. */
export async function findAdmitted({ site, registry, roster }: PolicyParts, accountId: string, clientId: string) {
  const [person, apps] = await orUnavailable(Promise.all([roster.findById(site.tenant.id, accountId), registry.listApps()]))
  const app = apps.find((each) => each.clientId === clientId)
  return { person, admission: app ? decideAdmission(person, app) : ({ kind: 'not-bound' } as const) }
}

/**
 * When a person is asked something: to sign in (no session, an old or revoked login, or the app wants it fresh), to choose an
 * account, or to learn why they may not use this app. There is no consent screen: all apps are the phone platform's own.
 */
export function signInPolicy(parts: PolicyParts) {
  const policy = interactionPolicy.base()
  policy.remove('consent')

  policy.get('login')?.checks.add(
    new interactionPolicy.Check('session_ended', 'the login has ended', 'login_required', async (ctx: KoaContextWithOIDC) => {
      const { session, result } = ctx.oidc
      if (!session?.accountId || result?.login) return false
      if (isLoginTooOld(session.loginTs, parts.clock())) return true
      const person = await orUnavailable(parts.roster.findById(parts.site.tenant.id, session.accountId))
      return person !== undefined && isLoginRevoked(person, session.loginTs)
    }),
  )
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }))
  policy.add(new interactionPolicy.Prompt({ name: 'consent', requestable: true }))
  policy.add(
    new interactionPolicy.Prompt(
      { name: 'admission' },
      new interactionPolicy.Check('not_admitted', 'the person may not use this app', 'access_denied', async (ctx: KoaContextWithOIDC) => {
        const { session, client } = ctx.oidc
        if (!session?.accountId || !client) return false
        const { admission } = await findAdmitted(parts, session.accountId, client.clientId)
        return admission.kind !== 'admitted'
      }),
    ),
  )
  return policy
}
