import type { Cloud } from '../cloud.ts'
import type { Application } from '../directory/application.ts'
import { mayConsentForOrganization } from '../directory/directory-roles.ts'
import { GRAPH_PERMISSIONS, type GraphPermission } from '../directory/graph-permissions.ts'
import { type AdminRoutes, refuse } from './admin-routes.ts'
import { addPermissionsPage, permissionsPage } from './pages/permissions-pages.ts'

/** API permissions: listing a permission grants nothing; "Grant admin consent" does, given the right role. */
export function apiPermissions(routes: AdminRoutes, cloud: Cloud): void {
  const url = '/app-registrations/:appId/api-permissions'
  const back = (application: Application) => `/app-registrations/${application.appId}/api-permissions`
  routes.applicationPage(url, (visit) => permissionsPage(visit))
  routes.applicationPage(`${url}/add`, (visit) =>
    addPermissionsPage(visit, visit.fields.kind === 'delegated' ? 'delegated' : 'application'),
  )

  routes.applicationForm(`${url}/add`, ({ application, directory, fields, reply }) => {
    const ticked = GRAPH_PERMISSIONS.filter(({ kind, name }) => fields[`${kind}:${name}`] === 'on')
    directory.changeApplication(application.appId, listed(application, ticked, []))
    return reply.redirect(back(application), 303)
  })

  routes.applicationForm(`${url}/remove`, ({ application, directory, fields, reply }) => {
    const removed = GRAPH_PERMISSIONS.filter(({ kind, name }) => fields.permission === `${kind}:${name}`)
    directory.changeApplication(application.appId, listed(application, [], removed))
    return reply.redirect(back(application), 303)
  })

  routes.applicationForm(`${url}/grant`, (visit) => {
    const { application, directory, reply, user } = visit
    if (!mayConsentForOrganization(user, { hasApplicationPermissions: application.requiredRoles.length > 0 })) {
      const text =
        'Granting consent to application permissions of Microsoft Graph takes a Global Administrator or Privileged Role Administrator.'
      return refuse(visit, 403, 'You may not grant admin consent', text)
    }
    directory.consent(application.appId, application.requiredRoles, cloud.of(directory).clock.now())
    return reply.redirect(back(application), 303)
  })
}

function listed(
  { requiredRoles, requiredScopes }: Application,
  added: readonly GraphPermission[],
  removed: readonly GraphPermission[],
) {
  const names = (of: readonly GraphPermission[], kind: GraphPermission['kind']) =>
    of.filter((one) => one.kind === kind).map(({ name }) => name)
  const next = (before: readonly string[], kind: GraphPermission['kind']) =>
    [...new Set([...before, ...names(added, kind)])].filter((name) => !names(removed, kind).includes(name))
  return { requiredRoles: next(requiredRoles, 'application'), requiredScopes: next(requiredScopes, 'delegated') }
}
