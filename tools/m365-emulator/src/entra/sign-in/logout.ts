import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { findRedirectTarget } from '../../directory/application.ts'
import { readLoginHint } from '../issued-tokens/id-token.ts'
import { chooseLogoutPage, signedOutPage, signingOutPage } from '../pages/sign-out-pages.ts'
import type { SignedInAccount } from './account-choice.ts'
import { keyOf, SESSION_COOKIE } from './identify.ts'

type Values = Record<string, string | undefined>
type Route = { Params: { tenant: string }; Querystring: Values; Body: Values | undefined }

/** Ends the Microsoft session; redirects only to a registered redirect URI. */
export const logout: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.get<Route>('/:tenant/oauth2/v2.0/logout', async ({ cookies, query, url, params }, reply) =>
    end(reply, params.tenant, url, cookies[SESSION_COOKIE], query),
  )
  app.post<Route>('/:tenant/oauth2/v2.0/logout', async ({ cookies, query, body, url, params }, reply) =>
    end(reply, params.tenant, url, cookies[SESSION_COOKIE], { ...query, ...body }),
  )

  function end(reply: FastifyReply, tenant: string, url: string, session: string | undefined, values: Values) {
    reply.type('text/html; charset=utf-8')
    const accounts = cloud.sessions.accounts(session, cloud.directories)
    const chosen = values.account === 'all' ? undefined : chooseAccount(accounts, values)
    const { entra } = cloud.of(cloud.directories.find(tenant))
    const asks = accounts.length > (entra.logoutPicker === 'without-hint' ? 0 : 1)
    if (asks && !chosen && values.account !== 'all') return chooseLogoutPage(url, values, accounts)

    const ending = chosen ? [chosen] : accounts
    const frames = ending.flatMap(({ sid }) => logoutUrls(sid))
    cloud.sessions.signOut(session, chosen)
    if (!chosen || accounts.length === 1) reply.clearCookie(SESSION_COOKIE, { path: '/' })
    // without a session Microsoft shows its own page, even for a registered URI
    const target = accounts.length > 0 ? registeredTarget(values) : undefined
    if (frames.length > 0) return signingOutPage(frames, target)
    return target ? reply.redirect(target, 302) : signedOutPage()
  }

  function chooseAccount(
    accounts: readonly SignedInAccount[],
    { logout_hint: hint, account }: Values,
  ): SignedInAccount | undefined {
    // The claim `login_hint`, never a user name.
    const hinted = hint?.startsWith('O.') ? readLoginHint(hint, cloud.directories) : undefined
    const key = hinted ? keyOf(hinted) : account
    return accounts.find((one) => keyOf(one) === key)
  }

  /** Front-channel logout: the address carries `sid` and no `iss`. */
  function logoutUrls(sid: string): string[] {
    return [...cloud.sessions.participants(sid)].flatMap((appId) => {
      const url = cloud.directories.findApplication(appId)?.logoutUrl
      return url === undefined ? [] : [`${url}${url.includes('?') ? '&' : '?'}sid=${encodeURIComponent(sid)}`]
    })
  }

  function registeredTarget({ post_logout_redirect_uri: uri, state }: Values): string | undefined {
    const applications = cloud.directories.all().flatMap((directory) => [...directory.applications.values()])
    if (!uri || !applications.some((application) => findRedirectTarget(application, uri))) return undefined
    return state ? `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}` : uri
  }
}
