import type { FastifyReply } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { admit, type SignedInAccount } from './account-choice.ts'
import { type Authority, authorityKey } from './authority.ts'
import { answerApplication, refuseToApplication } from './authorization-response.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import { refuseOnPage } from './pages/error-page.ts'
import { html } from './pages/html.ts'
import { consentPage, type Form } from './pages/sign-in-pages.ts'

export type Interaction = { cloud: Cloud; authority: Authority; request: AuthorizeRequest; form: Form }

/** The account is known: may it use the application here, did somebody consent, then the code. */
export function finishSignIn(
  reply: FastifyReply,
  { cloud, authority, request, form }: Interaction,
  account: SignedInAccount,
  consent?: 'just-given',
) {
  const admission = admit(account, authority, request, cloud.origin)
  if (admission.kind === 'refuse') {
    if (request.prompt === 'none')
      return refuseToApplication(reply, cloud, request, { ...admission.refusal, error: 'interaction_required' })
    const another = html`<form method="post" action="${form.action}"><input type="hidden" name="request" value="${form.request}">
<button name="step" value="other">Sign in with another account</button></form>`
    return refuseOnPage(reply, cloud, admission.refusal, another)
  }

  const { directory, user } = admission
  const { application } = request
  if (consent === 'just-given') {
    directory.principal(application.appId).consentedUsers.add(user.id)
  } else if (!admission.consented || request.prompt === 'consent') {
    const refusal = { code: 65001, values: { app: application.appId }, error: 'consent_required' }
    if (request.prompt === 'none') return refuseToApplication(reply, cloud, request, refusal)
    reply.type('text/html; charset=utf-8')
    const named = {
      app: application.displayName,
      userName: account.user.userPrincipalName,
      account: `${account.directory.id}/${account.user.id}`,
    }
    return consentPage(form, named)
  }

  const code = cloud.codes.issue(
    {
      clientId: application.appId,
      directoryId: directory.id,
      userId: user.id,
      homeDirectoryId: account.directory.id,
      scopes: request.scopes,
      platform: request.target.platform,
      sid: account.sid,
      authTime: account.at,
      authority: authorityKey(authority),
      redirectUri: request.target.uri,
      nonce: request.nonce,
      challenge: request.challenge,
    },
    cloud.clock.now(),
  )
  return answerApplication(reply, request, { code, session_state: account.sid })
}
