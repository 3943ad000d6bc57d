import { z } from 'zod'
import type { AdminRoutes, ApplicationVisit } from './admin-routes.ts'
import { formProblem } from './form-problem.ts'
import { federatedCredentialsPage } from './pages/federated-credentials-page.ts'

/**
 * Trust in a cluster's tokens instead of a secret. A wrong subject is accepted here and refused at the token exchange,
 * as at Microsoft.
 */
export function federatedCredentials(routes: AdminRoutes): void {
  const url = '/app-registrations/:appId/federated-credentials'
  routes.applicationPage(url, (visit) => federatedCredentialsPage(visit))

  routes.applicationForm(`${url}/add`, (visit) => {
    const { application, fields } = visit
    const { name = '', issuer = '', subject = '', audience = '' } = fields
    const added = { name: name.trim(), issuer: issuer.trim(), subject: subject.trim(), audiences: [audience.trim()] }
    const isNamedTwice = application.federatedCredentials.some((known) => known.name === added.name)
    if (isNamedTwice) return refuse(visit, 'Name: a credential of this name exists already')
    try {
      visit.directory.changeApplication(application.appId, {
        federatedCredentials: [...application.federatedCredentials, added],
      })
      return back(visit)
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      return refuse(visit, formProblem(error))
    }
  })

  routes.applicationForm(`${url}/delete`, (visit) => {
    const { application, directory, fields } = visit
    const left = application.federatedCredentials.filter(({ name }) => name !== fields.name)
    directory.changeApplication(application.appId, { federatedCredentials: left })
    return back(visit)
  })
}

function back({ application, reply }: ApplicationVisit) {
  return reply.redirect(`/app-registrations/${application.appId}/federated-credentials`, 303)
}

function refuse(visit: ApplicationVisit, problem: string) {
  return visit.reply.code(400).send(federatedCredentialsPage(visit, problem))
}
