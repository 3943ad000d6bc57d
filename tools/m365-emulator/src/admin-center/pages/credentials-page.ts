import type { NewSecret } from '../../control/directory-control.ts'
import { readCertificate, type Secret } from '../../directory/credentials.ts'
import { type Html, html } from '../../entra/pages/html.ts'
import type { ApplicationVisit } from '../admin-routes.ts'
import { applicationFrame, copyable, form } from './frame.ts'

type CredentialsNews = { fresh?: NewSecret | undefined; error?: string }

export function credentialsPage(visit: ApplicationVisit, { fresh, error }: CredentialsNews): string {
  const { application } = visit
  const at = `/app-registrations/${application.appId}/certificates-secrets`
  const body = html`${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
${fresh && html`<p class="good" role="status">The client secret was created. Copy its value now: you cannot see it again after leaving this page.</p>`}
<h3>Client secrets</h3>
<table aria-label="Client secrets"><thead><tr><th scope="col">Description</th><th scope="col">Expires</th><th scope="col">Value</th><th scope="col">Secret ID</th><th scope="col"></th></tr></thead>
<tbody>${application.secrets.map((secret) => secretRow(visit, secret, fresh))}</tbody></table>
<h3>Add a client secret</h3>
${form(
  visit,
  `${at}/new-secret`,
  html`<label for="description">Description</label><input type="text" id="description" name="description" maxlength="120">
<label for="days">Expires</label>
<select id="days" name="days"><option value="180">180 days (6 months), recommended</option><option value="90">90 days (3 months)</option><option value="365">365 days (12 months)</option><option value="730">730 days (24 months)</option></select>
<p class="actions"><button>Add</button></p>`,
)}
<h3>Certificates</h3>
<table aria-label="Certificates"><thead><tr><th scope="col">Thumbprint (SHA-1)</th><th scope="col">Subject</th><th scope="col">Expires</th><th scope="col"></th></tr></thead>
<tbody>${application.certificates.map((one) => certificateRow(visit, one))}</tbody></table>
${form(
  visit,
  `${at}/upload-certificate`,
  html`<label for="certificate">Upload certificate (PEM, public part only)</label><textarea id="certificate" name="certificate" rows="4" required></textarea>
<p class="actions"><button>Upload</button></p>`,
)}`
  return applicationFrame('Certificates & secrets', visit, body)
}

function secretRow(
  visit: ApplicationVisit,
  { keyId, value, displayName, endDateTime }: Secret,
  fresh: NewSecret | undefined,
): Html {
  const action = `/app-registrations/${visit.application.appId}/certificates-secrets/delete-secret`
  const shown =
    fresh?.keyId === keyId
      ? copyable('Value', fresh.secretText, 'secret-value')
      : html`<code>${value.slice(0, 3)}******************</code>`
  return html`<tr><td>${displayName ?? ''}</td><td>${endDateTime.slice(0, 10)}</td><td>${shown}</td><td>${copyable('Secret ID', keyId, fresh?.keyId === keyId ? 'secret-id' : undefined)}</td>
<td>${form(visit, action, html`<button class="plain" name="keyId" value="${keyId}" aria-label="Delete secret ${displayName ?? keyId}">Delete</button>`)}</td></tr>`
}

function certificateRow(visit: ApplicationVisit, { keyId, certificate }: { keyId: string; certificate: string }): Html {
  const action = `/app-registrations/${visit.application.appId}/certificates-secrets/delete-certificate`
  const { fingerprint, subject, validToDate } = readCertificate(certificate)
  return html`<tr><td><code>${fingerprint.replaceAll(':', '')}</code></td><td>${subject}</td><td>${validToDate.toISOString().slice(0, 10)}</td>
<td>${form(visit, action, html`<button class="plain" name="keyId" value="${keyId}" aria-label="Delete certificate ${subject}">Delete</button>`)}</td></tr>`
}
