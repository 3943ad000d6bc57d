import { type Html, html } from '@jackfield/http-server/html'
import type { Application } from '../../directory/application.ts'
import type { ApplicationVisit, Visit } from '../desk.ts'
import { applicationFrame, copyable, form, frame } from './frame.ts'

export const PLATFORMS = {
  web: 'Web',
  spa: 'Single-page application (SPA)',
  publicClient: 'Mobile and desktop applications',
} as const

const accountTypes = (name: string) => ({
  AzureADMyOrg: `Accounts in this organizational directory only (${name} only - Single tenant)`,
  AzureADMultipleOrgs: 'Accounts in any organizational directory (Any Microsoft Entra ID tenant - Multitenant)',
})

export function platformSelect(chosen = 'web'): Html {
  const options = Object.entries(PLATFORMS).map(
    ([value, name]) => html`<option value="${value}"${value === chosen && html` selected`}>${name}</option>`,
  )
  return html`<label for="platform">Platform</label><select id="platform" name="platform">${options}</select>`
}

export function listPage(visit: Visit, applications: readonly Application[], hidden: number): string {
  const rows = applications.map(
    ({ appId, displayName }) =>
      html`<tr><td><a href="/app-registrations/${appId}">${displayName}</a></td><td><code>${appId}</code></td></tr>`,
  )
  const body = html`<h1>App registrations</h1>
<p class="actions"><a class="button" href="/app-registrations/new">New registration</a></p>
<table aria-label="App registrations"><thead><tr><th scope="col">Display name</th><th scope="col">Application (client) ID</th></tr></thead>
<tbody>${rows.length > 0 ? rows : html`<tr><td colspan="2">None yet.</td></tr>`}</tbody></table>
${hidden > 0 && html`<p class="note">${hidden} more belong to others; application administrators see them.</p>`}`
  return frame('App registrations', visit, body)
}

export function newRegistrationPage(visit: Visit, error?: string): string {
  const { directory, fields } = visit
  const { name = '', accountTypes: chosen = 'AzureADMyOrg', platform, redirectUri = '' } = fields
  const types = Object.entries(accountTypes(directory.displayName)).map(
    ([
      value,
      text,
    ]) => html`<p class="choice"><input type="radio" id="${value}" name="accountTypes" value="${value}"${value === chosen && html` checked`}>
<label for="${value}">${text}</label></p>`,
  )
  const body = html`<h1>Register an application</h1>
${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
${form(
  visit,
  '/app-registrations/new',
  html`<label for="name">Name</label>
<input type="text" id="name" name="name" required maxlength="120" value="${name}" aria-describedby="name-note">
<p id="name-note" class="note">The user-facing display name for this application (this can be changed later).</p>
<fieldset><legend>Supported account types</legend>${types}</fieldset>
<fieldset><legend>Redirect URI (optional)</legend>
${platformSelect(platform)}
<label for="redirectUri">Redirect URI</label>
<input type="text" id="redirectUri" name="redirectUri" placeholder="e.g. https://example.com/auth" value="${redirectUri}"></fieldset>
<p class="actions"><button>Register</button> <a href="/app-registrations">Cancel</a></p>`,
)}`
  return frame('Register an application', visit, body)
}

export function overviewPage(visit: ApplicationVisit): string {
  const { application, directory } = visit
  const { web, spa, publicClient } = application.redirectUris
  const body = html`<dl>
<dt>Application (client) ID</dt><dd>${copyable('Application (client) ID', application.appId, 'client-id')}</dd>
<dt>Object ID</dt><dd>${copyable('Object ID', application.objectId)}</dd>
<dt>Directory (tenant) ID</dt><dd>${copyable('Directory (tenant) ID', directory.id, 'directory-id')}</dd>
<dt>Supported account types</dt><dd>${accountTypes(directory.displayName)[application.signInAudience]}</dd>
<dt>Client credentials</dt><dd>${application.certificates.length} certificate, ${application.secrets.length} secret</dd>
<dt>Redirect URIs</dt><dd>${web.length} web, ${spa.length} spa, ${publicClient.length} public client</dd>
</dl>`
  return applicationFrame('Overview', visit, body)
}
