import { type Html, html } from '@jackfield/http-server/html'
import { mayConsentForOrganization } from '../../directory/directory-roles.ts'
import { GRAPH_PERMISSIONS, type GraphPermission } from '../../directory/graph-permissions.ts'
import type { ApplicationVisit } from '../desk.ts'
import { applicationFrame, form } from './frame.ts'

const KINDS = { application: 'Application permissions', delegated: 'Delegated permissions' } as const

export function permissionsPage(visit: ApplicationVisit): string {
  const { application, directory, user } = visit
  const at = `/app-registrations/${application.appId}/api-permissions`
  const mayGrant = mayConsentForOrganization(user, { hasApplicationPermissions: application.requiredRoles.length > 0 })
  const body = html`<p class="note">Listing a permission grants nothing. Permissions that need admin consent work once an administrator grants them.</p>
<table aria-label="Configured permissions"><thead><tr><th scope="col">Microsoft Graph</th><th scope="col">Type</th><th scope="col">Admin consent required</th><th scope="col">Status</th><th scope="col"></th></tr></thead>
<tbody>${configured(visit).map((permission) => row(visit, permission))}</tbody></table>
<p class="actions"><a class="button" href="${at}/add">Add a permission</a></p>
${form(visit, `${at}/grant`, html`<p class="actions"><button${!mayGrant && html` disabled aria-describedby="grant-note"`}>Grant admin consent for ${directory.displayName}</button></p>`)}
${!mayGrant && html`<p id="grant-note" class="note">This takes a Global Administrator or Privileged Role Administrator.</p>`}`
  return applicationFrame('API permissions', visit, body)
}

function configured({ application }: ApplicationVisit): GraphPermission[] {
  const listed = { application: application.requiredRoles, delegated: application.requiredScopes }
  return GRAPH_PERMISSIONS.filter(({ kind, name }) => listed[kind].includes(name))
}

function row(visit: ApplicationVisit, { name, kind, text, needsAdmin }: GraphPermission): Html {
  const { application, directory } = visit
  const principal = directory.principals.get(application.appId)
  const isGranted = kind === 'application' ? principal?.roles.has(name) : principal?.everyUser
  const status = isGranted
    ? `Granted for ${directory.displayName}`
    : needsAdmin
      ? `Not granted for ${directory.displayName}`
      : ''
  const remove = form(
    visit,
    `/app-registrations/${application.appId}/api-permissions/remove`,
    html`<button class="plain" name="permission" value="${kind}:${name}" aria-label="Remove ${kind} permission ${name}">Remove</button>`,
  )
  return html`<tr><td><code>${name}</code><br><span class="note">${text}</span></td><td>${kind === 'application' ? 'Application' : 'Delegated'}</td><td>${needsAdmin ? 'Yes' : 'No'}</td><td>${status}</td><td>${remove}</td></tr>`
}

export function addPermissionsPage(visit: ApplicationVisit, kind: GraphPermission['kind']): string {
  const at = `/app-registrations/${visit.application.appId}/api-permissions`
  const kinds = Object.entries(KINDS).map(
    ([value, name]) =>
      html`<li><a href="${at}/add?kind=${value}"${value === kind && html` aria-current="page"`}>${name}</a></li>`,
  )
  const offered = GRAPH_PERMISSIONS.filter((permission) => permission.kind === kind).map(
    ({
      name,
      text,
    }) => html`<p class="choice"><input type="checkbox" id="${kind}:${name}" name="${kind}:${name}" value="on">
<label for="${kind}:${name}"><code>${name}</code> ${text}</label></p>`,
  )
  const body = html`<h3>Request API permissions: Microsoft Graph</h3>
<nav aria-label="Kind of permission"><ul>${kinds}</ul></nav>
<p>${kind === 'application' ? 'The application runs as itself, without a signed-in user.' : 'The application acts for the signed-in user.'}</p>
${form(
  visit,
  `${at}/add`,
  html`<fieldset><legend>${KINDS[kind]}</legend>${offered}</fieldset>
<p class="actions"><button>Add permissions</button> <a href="${at}">Discard</a></p>`,
)}`
  return applicationFrame('API permissions', visit, body)
}
