import { type Html, html } from '@jackfield/http-server/html'
import type { Platform } from '../../directory/application.ts'
import type { ApplicationVisit } from '../desk.ts'
import { applicationFrame, form } from './frame.ts'
import { PLATFORMS, platformSelect } from './registration-pages.ts'

export function authenticationPage(visit: ApplicationVisit, error?: string): string {
  const { application, fields } = visit
  const at = `/app-registrations/${application.appId}/authentication`
  const body = html`${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
${Object.entries(PLATFORMS).map(([platform, name]) => registered(visit, platform as Platform, name))}
<h2>Add redirect URIs</h2>
${form(
  visit,
  `${at}/add-uri`,
  html`${platformSelect(fields.platform)}
<label for="uris">Redirect URIs</label>
<textarea id="uris" name="uris" rows="4" required aria-describedby="uris-note">${fields.uris ?? ''}</textarea>
<p id="uris-note" class="note">One to a line. https, or http on localhost; compared exactly.</p>
<p class="actions"><button>Add</button></p>`,
)}
<h2>Settings</h2>
${form(
  visit,
  `${at}/settings`,
  html`<label for="logoutUrl">Front-channel logout URL</label>
<input type="text" id="logoutUrl" name="logoutUrl" value="${application.logoutUrl ?? ''}">
${tick('enableIdTokenIssuance', 'ID tokens (used for implicit and hybrid flows)', application.enableIdTokenIssuance)}
${tick('allowPublicClient', 'Allow public client flows', application.allowPublicClient)}
<p class="actions"><button>Save</button></p>`,
)}`
  return applicationFrame('Authentication', visit, body)
}

function registered(visit: ApplicationVisit, platform: Platform, name: string): Html {
  const uris = visit.application.redirectUris[platform]
  const action = `/app-registrations/${visit.application.appId}/authentication/remove-uri`
  const rows = uris.map(
    (uri) =>
      html`<tr><td><code>${uri}</code></td><td>${form(
        visit,
        action,
        html`<input type="hidden" name="platform" value="${platform}"><button class="plain" name="uri" value="${uri}" aria-label="Remove ${uri}">Remove</button>`,
      )}</td></tr>`,
  )
  return html`${uris.length > 0 && html`<h3>${name}</h3><table aria-label="${name}"><tbody>${rows}</tbody></table>`}`
}

function tick(name: string, label: string, on: boolean): Html {
  return html`<p class="choice"><input type="checkbox" id="${name}" name="${name}" value="on"${on && html` checked`}> <label for="${name}">${label}</label></p>`
}
