import { html } from './html.ts'
import { layout } from './layout.ts'
import { needAdminApprovalPage } from './need-admin-approval-page.ts'
import { cancel, type Form, form } from './sign-in-pages.ts'

type AdminConsentQuestion = {
  app: string
  directory: string
  userName: string
  account: string
  roles: readonly string[]
  scopes: readonly string[]
}

export function adminConsentPage(
  to: Form,
  { app, directory, userName, account, roles, scopes }: AdminConsentQuestion,
): string {
  const body = html`<h1>Permissions requested</h1>
<p>${userName}</p>
<p>Review for your organization, ${directory}: <strong>${app}</strong> would like to have</p>
<ul aria-label="Permissions">
${roles.map((role) => html`<li>Microsoft Graph: ${role} (application)</li>`)}
${scopes.map((scope) => html`<li>Microsoft Graph: ${scope} (delegated)</li>`)}
</ul>
<p>If you accept, this app will get access to the specified resources for all users in your organization.</p>
${form(
  to,
  html`<input type="hidden" name="account" value="${account}">
<div class="actions"><button name="step" value="consent">Accept</button>${cancel}</div>`,
)}`
  return layout('Permissions requested', body)
}

/** Names the roles that may consent. */
export function adminNeededPage(to: Form, { app, needsHighest }: { app: string; needsHighest: boolean }): string {
  const others = needsHighest ? '' : ', or an application administrator'
  return needAdminApprovalPage(to, {
    app,
    roles: html`: a Global Administrator or Privileged Role Administrator${others}`,
  })
}
