import { z } from 'zod'
import { type ApplicationChange, Platform } from '../directory/application.ts'
import type { AdminRoutes, ApplicationVisit } from './admin-routes.ts'
import { formProblem } from './form-problem.ts'
import { authenticationPage } from './pages/authentication-page.ts'

/** Redirect URIs by platform, the front-channel logout URL, and the switches below them. */
export function authentication(routes: AdminRoutes): void {
  const url = '/app-registrations/:appId/authentication'
  routes.applicationPage(url, (visit) => authenticationPage(visit))

  routes.applicationForm(`${url}/add-uri`, (visit) =>
    change(visit, () => {
      const { redirectUris } = visit.application
      const platform = Platform.parse(visit.fields.platform)
      // one URI per line, so that a copied list can be pasted
      const added = (visit.fields.uris ?? '')
        .split(/\s+/)
        .filter((uri) => uri !== '' && !redirectUris[platform].includes(uri))
      return { redirectUris: { ...redirectUris, [platform]: [...redirectUris[platform], ...added] } }
    }),
  )

  routes.applicationForm(`${url}/remove-uri`, (visit) =>
    change(visit, () => {
      const { redirectUris } = visit.application
      const platform = Platform.parse(visit.fields.platform)
      return {
        redirectUris: { ...redirectUris, [platform]: redirectUris[platform].filter((uri) => uri !== visit.fields.uri) },
      }
    }),
  )

  routes.applicationForm(`${url}/settings`, (visit) =>
    change(visit, () => {
      const { logoutUrl = '', enableIdTokenIssuance, allowPublicClient } = visit.fields
      return {
        logoutUrl: logoutUrl.trim() === '' ? undefined : logoutUrl.trim(),
        enableIdTokenIssuance: enableIdTokenIssuance === 'on',
        allowPublicClient: allowPublicClient === 'on',
      }
    }),
  )
}

function change(visit: ApplicationVisit, decide: () => ApplicationChange) {
  try {
    visit.directory.changeApplication(visit.application.appId, decide())
    return visit.reply.redirect(`/app-registrations/${visit.application.appId}/authentication`, 303)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    return visit.reply.code(400).send(authenticationPage(visit, formProblem(error)))
  }
}
