import { type Html, html } from '@jackfield/http-server/html'
import type { ApplicationVisit } from '../desk.ts'
import { applicationFrame, form } from './frame.ts'

export function federatedCredentialsPage(visit: ApplicationVisit, error?: string): string {
  const { application, fields } = visit
  const at = `/app-registrations/${application.appId}/federated-credentials`
  const rows = application.federatedCredentials.map(
    ({
      name,
      issuer,
      subject,
      audiences,
    }) => html`<tr><td>${name}</td><td><code>${issuer}</code></td><td><code>${subject}</code></td><td><code>${audiences.join(' ')}</code></td>
<td>${form(visit, `${at}/delete`, html`<button class="plain" name="name" value="${name}" aria-label="Delete credential ${name}">Delete</button>`)}</td></tr>`,
  )
  const body = html`${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
<p class="note">Another issuer's tokens, such as a Kubernetes cluster's, in place of a secret. Everything is compared exactly; at most 20.</p>
<table aria-label="Federated credentials"><thead><tr><th scope="col">Name</th><th scope="col">Issuer</th><th scope="col">Subject identifier</th><th scope="col">Audience</th><th scope="col"></th></tr></thead>
<tbody>${rows}</tbody></table>
<h3>Add a credential</h3>
${form(
  visit,
  `${at}/add`,
  html`${field('issuer', 'Issuer', fields.issuer)}
${field('subject', 'Subject identifier', fields.subject, 'system:serviceaccount:<namespace>:<service account>')}
${field('name', 'Name', fields.name)}
${field('audience', 'Audience', fields.audience ?? 'api://AzureADTokenExchange')}
<p class="actions"><button>Add</button></p>`,
)}`
  return applicationFrame('Federated credentials', visit, body)
}

function field(id: string, label: string, value = '', hint = ''): Html {
  return html`<label for="${id}">${label}</label><input type="text" id="${id}" name="${id}" required value="${value}" placeholder="${hint}">`
}
