import { html } from '@jackfield/http-server/html'
import { layout } from './layout.ts'
import { cancel, type Form, form } from './sign-in-pages.ts'

export function deviceCodePage(error?: string): string {
  const body = html`<h1>Enter code to allow access</h1>
<p>Once you enter the code displayed on your app or device, it will have access to your account. Do not enter codes from sources you don't trust.</p>
${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
<form method="post" action="/devicelogin">
<label for="code">Code</label>
<input id="code" name="request" type="text" autocomplete="off" required maxlength="20">
<div class="actions"><button>Next</button></div>
</form>`
  return layout('Enter code', body)
}

export function deviceConfirmPage(to: Form, { app, account }: { app: string; account: string }): string {
  const body = html`<h1>Are you trying to sign in to ${app}?</h1>
<p>Only continue if you downloaded the app from a store or website that you trust. It will be able to sign you in and read your profile.</p>
${form(
  to,
  html`<input type="hidden" name="account" value="${account}">
<div class="actions"><button name="step" value="continue">Continue</button>${cancel}</div>`,
)}`
  return layout('Confirm sign in', body)
}

export function deviceDonePage(title: string, text: string): string {
  return layout(title, html`<h1>${title}</h1><p>${text}</p>`)
}
