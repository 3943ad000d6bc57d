import { type Html, html } from '@jackfield/http-server/html'
import { layout } from './layout.ts'
import { type Form, form } from './sign-in-pages.ts'

/** Names no AADSTS number, as captured. The way back looks to the application like Cancel. */
export function needAdminApprovalPage(to: Form, { app, roles }: { app: string; roles?: Html }): string {
  const body = html`<h1>Need admin approval</h1>
<p><strong>${app}</strong> needs permission to access resources in your organization that only an admin can grant${roles}.
Please ask an admin to grant permission to this app before you can use it.</p>
${form(
  to,
  html`<div class="actions"><button name="step" value="other">Have an admin account? Sign in with that account</button>
<button class="plain" name="step" value="return">Return to the application without granting consent</button></div>`,
)}`
  return layout('Need admin approval', body)
}
