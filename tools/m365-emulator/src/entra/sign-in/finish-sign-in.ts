import type { FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { nameApplication } from '../../directory/application.ts'
import type { Directory } from '../../directory/directory.ts'
import { mayConsentForOrganization } from '../../directory/directory-roles.ts'
import type { User } from '../../directory/user.ts'
import { type Authority, authorityKey, directoryOf } from '../authority.ts'
import { answerApplication, refuseToApplication } from '../authorize/authorization-response.ts'
import { type AuthorizeRequest, isPkceMissing } from '../authorize/authorize-request.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { issueIdToken } from '../issued-tokens/id-token.ts'
import { refuseOnPage } from '../pages/error-page.ts'
import { html } from '../pages/html.ts'
import { needAdminApprovalPage } from '../pages/need-admin-approval-page.ts'
import { consentPage, type Form, secondFactorPage } from '../pages/sign-in-pages.ts'
import { admit, type SignedInAccount } from './account-choice.ts'
import { keyOf } from './identify.ts'
import { refuseByPolicy } from './refuse-by-policy.ts'

export type Interaction = { cloud: Cloud; authority: Authority; request: AuthorizeRequest; form: Form }
export type Consent = 'for-me' | 'for-organization' | undefined

/** Checks assignment and consent of an identified account, then issues the code. */
export function finishSignIn(
  reply: FastifyReply,
  interaction: Interaction,
  account: SignedInAccount,
  consent: Consent = undefined,
) {
  const { authority, request, form } = interaction
  const cloud = interaction.cloud.of(directoryOf(authority) ?? account.directory)
  const admission = admit(account, authority, request, cloud.origin)
  if (admission.kind === 'refuse') {
    const isTold = admission.refusal.code === 50105 && cloud.entra.notAssigned === 'redirect'
    return isTold
      ? refuseToApplication(reply, cloud, request, admission.refusal)
      : refusePerson(reply, { ...interaction, cloud }, admission.refusal)
  }

  const { directory, user } = admission
  const refusal = refuseByPolicy(directory, { appId: request.application.appId, userId: user.id, amr: account.amr })
  if (refusal?.code === 50076 && request.prompt !== 'none') {
    const proof = cloud.sessions.beginSecondFactor(keyOf(account))
    return reply
      .type('text/html; charset=utf-8')
      .send(secondFactorPage(form, { userName: user.userPrincipalName, proof }))
  }
  if (refusal) return refusePerson(reply, { ...interaction, cloud }, refusal)
  const { application } = request
  if (consent) {
    if (!mayConsent(user, directory, consent)) return askForApproval(reply, { ...interaction, cloud }, directory)
    if (consent === 'for-organization') directory.consent(application.appId, [], cloud.clock.now())
    else directory.principal(application.appId).consentedUsers.add(user.id)
  } else if (!admission.consented || request.prompt === 'consent') {
    const consentMissing = { code: 65001, values: nameApplication(application), error: 'consent_required' }
    if (request.prompt === 'none') return refuseToApplication(reply, cloud, request, consentMissing)
    if (!mayConsent(user, directory, 'for-me')) return askForApproval(reply, { ...interaction, cloud }, directory)
    const mayForAll = mayConsent(user, directory, 'for-organization')
    const named = {
      app: application.displayName,
      userName: account.user.userPrincipalName,
      account: keyOf(account),
      mayForAll,
    }
    return reply.type('text/html; charset=utf-8').send(consentPage(form, named))
  }
  if (isPkceMissing(request)) return refuseToApplication(reply, cloud, request, { code: 9002325 })
  cloud.sessions.participate(account.sid, application.appId)
  return answerApplication(reply, request, answerOf(cloud, authority, request, account, { directory, user }))
}

function mayConsent(user: User, directory: Directory, consent: Consent): boolean {
  const isAdministrator = mayConsentForOrganization(user, { hasApplicationPermissions: false })
  return isAdministrator || (consent === 'for-me' && directory.allowUserConsent)
}

function askForApproval(reply: FastifyReply, interaction: Interaction, { displayName }: Directory) {
  const { cloud, request, form } = interaction
  const { appId, displayName: app } = request.application
  if (cloud.entra.adminApproval === 'page')
    return reply.type('text/html; charset=utf-8').send(needAdminApprovalPage(form, { app }))
  return refusePerson(reply, interaction, { code: 90094, values: { app: appId, tenant: displayName } })
}

function refusePerson(reply: FastifyReply, { cloud, request, form }: Interaction, refusal: Refusal) {
  if (request.prompt === 'none')
    return refuseToApplication(reply, cloud, request, { ...refusal, error: 'interaction_required' })
  const another = html`<form method="post" action="${form.action}"><input type="hidden" name="request" value="${form.request}">
<button name="step" value="other">Sign in with another account</button></form>`
  return refuseOnPage(reply, cloud, refusal, another)
}

function answerOf(
  cloud: Cloud,
  authority: Authority,
  request: AuthorizeRequest,
  account: SignedInAccount,
  { directory, user }: { directory: Directory; user: User },
): Record<string, string> {
  const { application, nonce, responseType } = request
  const grant = {
    clientId: application.appId,
    directoryId: directory.id,
    userId: user.id,
    homeDirectoryId: account.directory.id,
    scopes: request.scopes,
    platform: request.target.platform,
    sid: account.sid,
    authTime: account.at,
    amr: account.amr,
  }
  const asked = {
    authority: authorityKey(authority),
    redirectUri: request.target.uri,
    nonce,
    challenge: request.challenge,
  }
  const code = responseType.code ? cloud.codes.issue({ ...grant, ...asked }, cloud.clock.now()) : undefined
  const idToken = responseType.idToken
    ? issueIdToken(cloud, { directory, user, application, grant, nonce }, code)
    : undefined
  return { ...(code && { code }), ...(idToken && { id_token: idToken }), session_state: account.sid }
}
