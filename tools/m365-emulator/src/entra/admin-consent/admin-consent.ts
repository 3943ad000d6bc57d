import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import type { Directory } from '../../directory/directory.ts'
import { mayConsentForOrganization } from '../../directory/directory-roles.ts'
import { type Authority, directoryOf, resolveAuthority } from '../authority.ts'
import { BARE_CANCEL } from '../authorize/authorization-response.ts'
import type { Parameters } from '../authorize/authorize-request.ts'
import { explain } from '../errors/aadsts.ts'
import { describe, newTrace } from '../errors/refusal.ts'
import { adminConsentPage, adminNeededPage } from '../pages/admin-consent-pages.ts'
import { refuseOnPage } from '../pages/error-page.ts'
import { accountsPage, credentialsPage } from '../pages/sign-in-pages.ts'
import { GRAPH } from '../scopes.ts'
import type { SignedInAccount } from '../sign-in/account-choice.ts'
import { identify, keyOf, LoginAnswer, SESSION_COOKIE } from '../sign-in/identify.ts'
import { type AdminConsentRequest, type ConsentVersion, readAdminConsentRequest } from './admin-consent-request.ts'

type Route = { Params: { tenant: string }; Querystring: Record<string, string>; Body: unknown }

/** The two admin-consent endpoints, v1 and v2. */
export const adminConsent: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  offer('/:tenant/adminconsent', 'v1')
  offer('/:tenant/v2.0/adminconsent', 'v2')

  function offer(url: string, version: ConsentVersion): void {
    app.get<Route>(url, async (request, reply) => begin(request, reply, version))
    app.post<Route>(url, async (request, reply) => answer(request, reply, version))
  }

  function read(request: FastifyRequest<Route>, version: ConsentVersion, parameters: Parameters) {
    const authority = resolveAuthority(request.params.tenant, everywhere.directories)
    const application = everywhere.directories.findApplication(parameters.client_id ?? '')
    return {
      authority,
      cloud: everywhere.of(directoryOf(authority)),
      asked: readAdminConsentRequest(version, parameters, authority, application),
    }
  }

  function begin(request: FastifyRequest<Route>, reply: FastifyReply, version: ConsentVersion) {
    const { cloud, asked } = read(request, version, request.query)
    if (asked.kind === 'refuse') return refuseOnPage(reply, cloud, asked.refusal)
    const form = { action: request.url.split('?')[0] ?? '', request: new URLSearchParams(request.query).toString() }
    const accounts = cloud.sessions.accounts(request.cookies[SESSION_COOKIE], cloud.directories)
    reply.type('text/html; charset=utf-8')
    return accounts.length > 0
      ? accountsPage(form, accounts)
      : credentialsPage(form, { app: asked.request.application.displayName, userName: '' })
  }

  function answer(request: FastifyRequest<Route>, reply: FastifyReply, version: ConsentVersion) {
    const given = LoginAnswer.safeParse(request.body)
    if (!given.success) return refuseOnPage(reply, everywhere, { code: 9002313 })
    const { authority, cloud, asked } = read(
      request,
      version,
      Object.fromEntries(new URLSearchParams(given.data.request)),
    )
    if (asked.kind === 'refuse') return refuseOnPage(reply, cloud, asked.refusal)
    const consent = asked.request
    if (given.data.step === 'return' && cloud.entra.cancelAnswer === 'bare') return goBack(reply, consent, BARE_CANCEL)
    if (given.data.step === 'cancel' || given.data.step === 'return')
      return goBack(reply, consent, refusalOf(cloud, version, authority))

    const form = { action: request.url.split('?')[0] ?? '', request: given.data.request }
    const { displayName } = consent.application
    reply.type('text/html; charset=utf-8')
    const identified = identify(reply, cloud, request.cookies[SESSION_COOKIE], given.data, { form, app: displayName })
    if (identified.kind === 'page') return identified.html
    const { account } = identified
    const directory = authority.kind === 'directory' ? authority.directory : account.directory
    if (account.directory !== directory) return refuseOnPage(reply, cloud, strangerAt(directory, account, consent))
    if (!mayConsentForOrganization(account.user, { hasApplicationPermissions: consent.roles.length > 0 })) {
      return reply.code(403).send(adminNeededPage(form, { app: displayName, needsHighest: consent.roles.length > 0 }))
    }
    if (given.data.step !== 'consent') {
      const { roles, scopes } = consent
      const shown = { app: displayName, directory: directory.displayName, userName: account.user.userPrincipalName }
      return adminConsentPage(form, { ...shown, account: keyOf(account), roles, scopes })
    }
    directory.consent(consent.application.appId, consent.roles, everywhere.of(directory).clock.now())
    const scope = [...consent.roles, ...consent.scopes].map((name) => `${GRAPH}/${name}`).join(' ')
    return goBack(reply, consent, { admin_consent: 'True', tenant: directory.id, ...(version === 'v2' && { scope }) })
  }

  function strangerAt(
    directory: Directory,
    { user, directory: home }: SignedInAccount,
    { application }: AdminConsentRequest,
  ) {
    const values = {
      user: user.userPrincipalName,
      idp: `${everywhere.origin}/${home.id}/`,
      tenant: directory.displayName,
      app: application.appId,
    }
    return { code: 50020, values }
  }

  /** `admin_consent=True` comes although nothing was granted. */
  function refusalOf(cloud: Cloud, version: ConsentVersion, authority: Authority): Record<string, string> {
    const { text } = explain({ code: 65004 })
    const error_description = describe(text, newTrace(cloud.clock.date()), cloud.entra)
    const isDocumented = cloud.entra.adminConsentRefusal === 'documented'
    if (version === 'v1' && isDocumented) return { error: 'permission_denied', error_description }
    const error = version === 'v1' ? 'access_denied' : 'consent_required'
    const tenant = isDocumented && authority.kind === 'directory' && { tenant: authority.directory.id }
    return { admin_consent: 'True', ...tenant, error, error_description }
  }
}

function goBack(reply: FastifyReply, { redirectUri, state }: AdminConsentRequest, members: Record<string, string>) {
  const query = new URLSearchParams({ ...members, ...(state !== undefined && { state }) })
  return reply.redirect(`${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`, 302)
}
