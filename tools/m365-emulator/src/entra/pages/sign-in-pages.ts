import type { Account } from '../../directory/directories.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'

/** `action` receives the form; `request` is the authorize request it belongs to. */
export type Form = { action: string; request: string }

export const form = ({ action, request }: Form, body: Html) => html`<form method="post" action="${action}">
<input type="hidden" name="request" value="${request}">
${body}
</form>`

export const cancel = html`<button class="plain" name="step" value="cancel" formnovalidate>Cancel</button>`

export function credentialsPage(
  to: Form,
  { app, userName, error }: { app: string; userName: string; error?: string | undefined },
): string {
  const body = html`<h1>Sign in</h1>
<p>to continue to ${app}</p>
${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
${form(
  to,
  html`<label for="username">User name</label>
<input id="username" name="username" type="text" autocomplete="username" required value="${userName}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<p class="note">Everybody's password here is Passw0rd! unless the test that made them says otherwise.</p>
<div class="actions"><button name="step" value="credentials">Sign in</button>${cancel}</div>`,
)}`
  return layout('Sign in', body)
}

export function accountsPage(to: Form, accounts: readonly Account[]): string {
  const choices = accounts.map(({ directory, user }) =>
    form(
      to,
      html`<input type="hidden" name="step" value="pick"><button class="account plain" name="account" value="${directory.id}/${user.id}">${user.displayName}<br><small>${user.userPrincipalName}</small></button>`,
    ),
  )
  const body = html`<h1>Pick an account</h1>
${choices}
${form(to, html`<button class="account plain" name="step" value="other">Use another account</button>`)}`
  return layout('Sign in', body)
}

type ConsentQuestion = { app: string; userName: string; account: string; mayForAll: boolean }

export function consentPage(to: Form, { app, userName, account, mayForAll }: ConsentQuestion): string {
  const forAll = html`<p class="choice"><input id="organization" name="organization" type="checkbox" value="on">
<label for="organization">Consent on behalf of your organization</label></p>`
  const body = html`<h1>Permissions requested</h1>
<p>${userName}</p>
<p><strong>${app}</strong> would like to sign you in and read your profile.</p>
${form(
  to,
  html`<input type="hidden" name="account" value="${account}">
${mayForAll && forAll}
<div class="actions"><button name="step" value="consent">Accept</button>${cancel}</div>`,
)}`
  return layout('Permissions requested', body)
}

export function secondFactorPage(to: Form, { userName, proof }: { userName: string; proof: string }): string {
  const body = html`<h1>Approve sign in request</h1>
<p>${userName}</p>
<p>Your organization asks for a second proof. Approve it here, as if on your telephone.</p>
${form(
  to,
  html`<input type="hidden" name="proof" value="${proof}">
<div class="actions"><button name="step" value="second-factor">Approve</button>${cancel}</div>`,
)}`
  return layout('Approve sign in request', body)
}
