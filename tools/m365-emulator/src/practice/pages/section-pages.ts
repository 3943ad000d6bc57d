import type { Application } from '../../directory/application.ts'
import { Platform } from '../../directory/application.ts'
import type { Account } from '../../directory/directories.ts'
import { type Html, html } from '../../entra/pages/html.ts'
import { OFFERED_PERMISSIONS, type PermissionType } from '../permissions.ts'
import { alert, practiceLayout } from './practice-layout.ts'
import { sectionNavigation } from './registration-pages.ts'

const PLATFORM_NAMES: Record<Platform, string> = {
  web: 'Web',
  spa: 'Single-page application',
  publicClient: 'Mobile and desktop applications',
}

export function authenticationPage(administrator: Account, application: Application, error?: string): string {
  const action = `/admin/applications/${application.appId}/authentication`
  const lists = Platform.options.map((platform) => {
    const items = application.redirectUris[platform].map(
      (
        uri,
      ) => html`<tr><td><code>${uri}</code></td><td><form method="post" action="${action}"><input type="hidden" name="uri" value="${uri}">
<button class="plain" name="step" value="remove" aria-label="Remove ${uri}">Remove</button></form></td></tr>`,
    )
    return items.length > 0 && html`<h2>${PLATFORM_NAMES[platform]}</h2><table><tbody>${items}</tbody></table>`
  })
  return practiceLayout(
    'Authentication',
    administrator,
    html`${sectionNavigation(application, '/authentication')}
${alert(error)}
${lists.filter((list): list is Html => list !== false)}
<h2>Add a redirect URI</h2>
<form method="post" action="${action}">
<label for="platform">Platform</label><select id="platform" name="platform">${Platform.options.map((platform) => html`<option value="${platform}">${PLATFORM_NAMES[platform]}</option>`)}</select>
<label for="uri">Redirect URI</label><input id="uri" name="uri" type="text" required>
<p><button name="step" value="add">Add</button></p>
</form>
<h2>Front-channel logout URL</h2>
<form method="post" action="${action}">
<label for="logout">Called when a user signs out of Microsoft</label><input id="logout" name="uri" type="text" value="${application.logoutUrl ?? ''}">
<p><button name="step" value="logout">Save</button></p>
</form>`,
  )
}

export type ShownOnce = { value: string; keyId: string }

export function credentialsSectionPage(
  administrator: Account,
  application: Application,
  { created, error }: { created?: ShownOnce; error?: string | undefined } = {},
): string {
  const action = `/admin/applications/${application.appId}/credentials`
  const rows = application.secrets.map(
    ({
      keyId,
      value,
      endDateTime,
    }) => html`<tr><td>${endDateTime.slice(0, 10)}</td><td>${value.slice(0, 3)}••••••••</td><td><code>${keyId}</code></td>
<td><form method="post" action="${action}"><input type="hidden" name="keyId" value="${keyId}"><button class="plain" name="step" value="remove" aria-label="Remove secret ${keyId}">Remove</button></form></td></tr>`,
  )
  const once =
    created &&
    html`<div class="once" role="status"><p>Copy the value now. It is not shown again.</p>
<dl><dt>Value</dt><dd><code id="secret-value">${created.value}</code></dd><dt>Secret ID</dt><dd><code id="secret-id">${created.keyId}</code></dd></dl></div>`
  return practiceLayout(
    'Certificates & secrets',
    administrator,
    html`${sectionNavigation(application, '/credentials')}
${alert(error)}${once}
<h2>Client secrets</h2>
<table><thead><tr><th scope="col">Expires</th><th scope="col">Value</th><th scope="col">Secret ID</th><th scope="col">Action</th></tr></thead><tbody>${rows}</tbody></table>
<h2>New client secret</h2>
<form method="post" action="${action}">
<label for="months">Expires</label>
<select id="months" name="months"><option value="6">180 days (6 months)</option><option value="12">365 days (12 months)</option><option value="24">730 days (24 months)</option></select>
<p><button name="step" value="add">Add</button></p>
</form>`,
  )
}

export type ListedPermission = { type: PermissionType; name: string; granted: boolean }

export function permissionsPage(
  administrator: Account,
  application: Application,
  listed: readonly ListedPermission[],
  { mayConsent, error }: { mayConsent: boolean; error?: string | undefined },
): string {
  const action = `/admin/applications/${application.appId}/permissions`
  const directory = administrator.directory.displayName
  const rows = listed.map(
    ({
      type,
      name,
      granted,
    }) => html`<tr><td>${name}</td><td>${type === 'application' ? 'Application' : 'Delegated'}</td><td>${granted ? `Granted for ${directory}` : `Not granted for ${directory}`}</td>
<td><form method="post" action="${action}"><input type="hidden" name="permission" value="${type} ${name}"><button class="plain" name="step" value="remove" aria-label="Remove ${type} permission ${name}">Remove</button></form></td></tr>`,
  )
  const group = (type: PermissionType, label: string) =>
    html`<optgroup label="${label}">${OFFERED_PERMISSIONS[type].map((name) => html`<option value="${type} ${name}">${name} (${label})</option>`)}</optgroup>`
  return practiceLayout(
    'API permissions',
    administrator,
    html`${sectionNavigation(application, '/permissions')}
${alert(error)}
<h2>Configured permissions</h2>
<table><thead><tr><th scope="col">Microsoft Graph</th><th scope="col">Type</th><th scope="col">Status</th><th scope="col">Action</th></tr></thead><tbody>${rows}</tbody></table>
<form method="post" action="${action}"><p><button name="step" value="consent" ${!mayConsent && html`disabled`}>Grant admin consent for ${directory}</button></p></form>
${!mayConsent && html`<p class="note">Consent for everybody takes a Global Administrator or Privileged Role Administrator.</p>`}
<h2>Add a permission</h2>
<form method="post" action="${action}">
<label for="permission">Microsoft Graph</label>
<select id="permission" name="permission">${group('application', 'Application')}${group('delegated', 'Delegated')}</select>
<p><button name="step" value="add">Add permission</button></p>
</form>`,
  )
}
