import type { Application } from '../../directory/application.ts'
import type { Account, Directories } from '../../directory/directories.ts'
import { mayManageEveryApplication } from '../../directory/directory-roles.ts'
import { html } from '../../entra/pages/html.ts'
import { alert, practiceLayout } from './practice-layout.ts'

export function signInPage(directories: Directories, error?: string): string {
  const administrators = directories
    .all()
    .flatMap((directory) => [...directory.users.all()].filter(mayManageEveryApplication).map((user) => ({ directory, user })))
  const rows = administrators
    .slice(0, 20)
    .map(
      ({ directory, user }) =>
        html`<tr><td>${directory.displayName}</td><td><code>${user.userPrincipalName}</code></td><td>${user.directoryRoles.join(', ')}</td></tr>`,
    )
  return practiceLayout(
    'Sign in',
    undefined,
    html`<h1>Sign in</h1>
<p>Practise here what an administrator does in the Microsoft Entra admin center (Entra ID was formerly Azure AD).</p>
${alert(error)}
<form method="post" action="/admin/sign-in">
<label for="username">User name</label><input id="username" name="username" type="text" autocomplete="username" required>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<input type="hidden" name="request" value="practice">
<p><button name="step" value="credentials">Sign in</button></p>
</form>
<h2>Who may</h2>
<table><thead><tr><th scope="col">Directory</th><th scope="col">User name</th><th scope="col">Role</th></tr></thead><tbody>${rows}</tbody></table>
<p class="note">Everybody’s password is Passw0rd! unless the test that made them says otherwise.</p>`,
  )
}

export function registrationsPage(administrator: Account): string {
  const rows = [...administrator.directory.applications.values()].map(
    ({ appId, displayName }) =>
      html`<tr><td><a href="/admin/applications/${appId}">${displayName}</a></td><td><code>${appId}</code></td></tr>`,
  )
  return practiceLayout(
    'App registrations',
    administrator,
    html`<h1>App registrations</h1>
<p><a href="/admin/applications/new">New registration</a></p>
<table><thead><tr><th scope="col">Display name</th><th scope="col">Application (client) ID</th></tr></thead><tbody>${rows}</tbody></table>`,
  )
}

export type RegistrationDraft = { name?: string; audience?: string; platform?: string; uri?: string; error?: string | undefined }

export function newRegistrationPage(administrator: Account, draft: RegistrationDraft = {}): string {
  const { directory } = administrator
  const audience = (value: string, text: string) =>
    html`<label><input type="radio" name="audience" value="${value}" ${(draft.audience ?? 'AzureADMyOrg') === value && html`checked`}> ${text}</label>`
  const platform = (value: string, text: string) =>
    html`<option value="${value}" ${draft.platform === value && html`selected`}>${text}</option>`
  return practiceLayout(
    'Register an application',
    administrator,
    html`<h1>Register an application</h1>
${alert(draft.error)}
<form method="post" action="/admin/applications/new">
<label for="name">Name</label><input id="name" name="name" type="text" required maxlength="120" value="${draft.name ?? ''}">
<p class="note">The name that users see when they sign in.</p>
<fieldset><legend>Supported account types</legend>
${audience('AzureADMyOrg', `Accounts in this organizational directory only (${directory.displayName} only - Single tenant)`)}
${audience('AzureADMultipleOrgs', 'Accounts in any organizational directory (Multitenant)')}
</fieldset>
<fieldset><legend>Redirect URI (optional)</legend>
<label for="platform">Platform</label>
<select id="platform" name="platform">${platform('web', 'Web')}${platform('spa', 'Single-page application (SPA)')}${platform('publicClient', 'Public client/native (mobile & desktop)')}</select>
<label for="uri">Redirect URI</label><input id="uri" name="uri" type="text" value="${draft.uri ?? ''}">
</fieldset>
<p><button>Register</button></p>
</form>`,
  )
}

const SECTIONS = [
  ['', 'Overview'],
  ['/authentication', 'Authentication'],
  ['/credentials', 'Certificates & secrets'],
  ['/permissions', 'API permissions'],
] as const
export type Section = (typeof SECTIONS)[number][0]

export function sectionNavigation({ appId, displayName }: Application, current: Section) {
  const items = SECTIONS.map(
    ([path, text]) =>
      html`<li><a href="/admin/applications/${appId}${path}" ${path === current && html`aria-current="page"`}>${text}</a></li>`,
  )
  return html`<h1>${displayName}</h1><nav aria-label="Registration"><ul>${items}</ul></nav>`
}

export function overviewPage(administrator: Account, application: Application): string {
  const audience = application.signInAudience === 'AzureADMyOrg' ? 'My organization only' : 'Multiple organizations'
  return practiceLayout(
    application.displayName,
    administrator,
    html`${sectionNavigation(application, '')}
<h2>Essentials</h2>
<dl>
<dt>Display name</dt><dd>${application.displayName}</dd>
<dt>Application (client) ID</dt><dd><code id="client-id">${application.appId}</code></dd>
<dt>Directory (tenant) ID</dt><dd><code id="directory-id">${administrator.directory.id}</code></dd>
<dt>Supported account types</dt><dd>${audience}</dd>
</dl>`,
  )
}
