import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { directoryControl } from '../control/directory-control.ts'
import type { AdminRoutes, ApplicationVisit } from './admin-routes.ts'
import { formProblem } from './form-problem.ts'
import { credentialsPage } from './pages/credentials-page.ts'

const DAY = 24 * 60 * 60 * 1000
const NewClientSecret = z.object({
  description: z.string().trim().max(120).default(''),
  /** Maximum 24 months, as in Microsoft's portal. */
  days: z.coerce.number().int().min(1).max(730),
})

/** Certificates & secrets: a secret's value is shown once, on the page after its creation. */
export function certificatesAndSecrets(routes: AdminRoutes, cloud: Cloud): void {
  const url = '/app-registrations/:appId/certificates-secrets'
  const back = ({ application, reply }: ApplicationVisit) =>
    reply.redirect(`/app-registrations/${application.appId}/certificates-secrets`, 303)

  routes.applicationPage(url, (visit) => {
    const { newSecret } = visit.session
    visit.session.newSecret = undefined
    return credentialsPage(visit, { fresh: newSecret?.appId === visit.application.appId ? newSecret : undefined })
  })

  routes.applicationForm(`${url}/new-secret`, (visit) => {
    const { application, directory, fields, reply, session } = visit
    const asked = NewClientSecret.safeParse(fields)
    if (!asked.success)
      return reply.code(400).send(
        credentialsPage(visit, {
          error: 'A description of at most 120 characters and an expiry of at most 24 months.',
        }),
      )
    const endDateTime = new Date(cloud.of(directory).clock.now() + asked.data.days * DAY).toISOString()
    const displayName = asked.data.description || 'Client secret'
    const secret = directoryControl(cloud, directory.id).addSecret(application.appId, { displayName, endDateTime })
    session.newSecret = { ...secret, appId: application.appId }
    return back(visit)
  })

  routes.applicationForm(`${url}/delete-secret`, (visit) => {
    visit.directory.removeSecret(visit.application.appId, visit.fields.keyId ?? '')
    return back(visit)
  })

  routes.applicationForm(`${url}/upload-certificate`, (visit) => {
    const { application, directory, fields, reply } = visit
    try {
      const certificates = [...application.certificates, { certificate: (fields.certificate ?? '').trim() }]
      directory.changeApplication(application.appId, { certificates })
      return back(visit)
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      return reply.code(400).send(credentialsPage(visit, { error: formProblem(error) }))
    }
  })

  routes.applicationForm(`${url}/delete-certificate`, (visit) => {
    const { application, directory, fields } = visit
    const certificates = application.certificates.filter(({ keyId }) => keyId !== fields.keyId)
    directory.changeApplication(application.appId, { certificates })
    return back(visit)
  })
}
