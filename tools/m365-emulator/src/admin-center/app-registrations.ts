import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Platform } from '../directory/application.ts'
import { mayManageEveryApplication } from '../directory/directory-roles.ts'
import { type AdminRoutes, refuse, type Visit } from './admin-routes.ts'
import { formProblem } from './form-problem.ts'
import { listPage, newRegistrationPage, overviewPage } from './pages/registration-pages.ts'

/** App registrations: the list, New registration, and the overview with the ids to copy. */
export function appRegistrations(routes: AdminRoutes): void {
  routes.page('/app-registrations', (visit) => {
    const all = [...visit.directory.applications.values()]
    const visible = mayManageEveryApplication(visit.user)
      ? all
      : all.filter(({ owners }) => owners.includes(visit.user.id))
    return listPage(visit, visible, all.length - visible.length)
  })
  routes.page('/app-registrations/new', (visit) => newRegistrationPage(visit))
  routes.form('/app-registrations/new', register)
  routes.applicationPage('/app-registrations/:appId', overviewPage)
}

/** The registering user becomes the owner. Guests are refused. */
function register(visit: Visit) {
  const { directory, fields, reply, user } = visit
  if (user.userType === 'Guest') return refuse(visit, 403, 'No access', 'Guests may not register applications.')
  const { name = '', accountTypes = '', platform, redirectUri = '' } = fields
  const uri = redirectUri.trim()
  try {
    const redirectUris = uri === '' ? {} : { [Platform.parse(platform)]: [uri] }
    const signInAudience = accountTypes as 'AzureADMyOrg'
    const asked = { appId: randomUUID(), displayName: name.trim(), signInAudience, redirectUris, owners: [user.id] }
    return reply.redirect(`/app-registrations/${directory.register(asked).appId}`, 303)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    return reply.code(400).send(newRegistrationPage(visit, formProblem(error)))
  }
}
