import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { Application } from '../directory/application.ts'
import type { Account } from '../directory/directories.ts'
import { mayManageEveryApplication } from '../directory/directory-roles.ts'
import { ADMIN_COOKIE, type Administrators, type AdminSession, isFormToken } from './administrators.ts'
import { refusalPage } from './pages/refusal-page.ts'

type Fields = Record<string, string | undefined>
type Route = { Params: { appId: string }; Body: Fields | undefined; Querystring: Fields }

export type Visit = Account & { session: AdminSession; fields: Fields; reply: FastifyReply }
export type ApplicationVisit = Visit & { application: Application; mayManage: boolean }

type Answer = string | FastifyReply

export type AdminRoutes = {
  page(url: string, show: (visit: Visit) => Answer): void
  form(url: string, act: (visit: Visit) => Answer): void
  applicationPage(url: string, show: (visit: ApplicationVisit) => Answer): void
  /** Refuses everyone except the application's owners and the roles that manage every application. */
  applicationForm(url: string, act: (visit: ApplicationVisit) => Answer): void
}

/** Registers routes that check the session, the form token and, where given, the right to change the application. */
export function adminRoutes(app: FastifyInstance, cloud: Cloud, administrators: Administrators): AdminRoutes {
  function admit(request: FastifyRequest<Route>, reply: FastifyReply): Visit | undefined {
    const found = administrators.find(request.cookies[ADMIN_COOKIE], cloud)
    return found && { ...found, fields: request.body ?? request.query, reply }
  }

  function show(request: FastifyRequest<Route>, reply: FastifyReply, answer: (visit: Visit) => Answer): Answer {
    const visit = admit(request, reply)
    return visit ? answer(visit) : reply.redirect(`/sign-in?return=${encodeURIComponent(request.url)}`, 303)
  }

  function act(request: FastifyRequest<Route>, reply: FastifyReply, answer: (visit: Visit) => Answer): Answer {
    const visit = admit(request, reply)
    if (!visit) return reply.redirect('/sign-in', 303)
    if (isFormToken(visit.session, visit.fields.formToken)) return answer(visit)
    return refuse(visit, 403, 'This form is out of date', 'Open the page again and repeat what you did.')
  }

  function withApplication(
    request: FastifyRequest<Route>,
    answer: (visit: ApplicationVisit) => Answer,
  ): (visit: Visit) => Answer {
    return (visit) => {
      const application = visit.directory.applications.get(request.params.appId.toLowerCase())
      if (!application)
        return refuse(visit, 404, 'Not found', `${visit.directory.displayName} has no such app registration.`)
      const mayManage = application.owners.includes(visit.user.id) || mayManageEveryApplication(visit.user)
      return answer({ ...visit, application, mayManage })
    }
  }

  const onlyManagers = (answer: (visit: ApplicationVisit) => Answer) => (visit: ApplicationVisit) =>
    visit.mayManage
      ? answer(visit)
      : refuse(visit, 403, 'No access', 'Only its owners and application administrators may change it.')

  return {
    page: (url, answer) => app.get<Route>(url, async (request, reply) => show(request, reply, answer)),
    form: (url, answer) => app.post<Route>(url, async (request, reply) => act(request, reply, answer)),
    applicationPage: (url, answer) =>
      app.get<Route>(url, async (request, reply) => show(request, reply, withApplication(request, answer))),
    applicationForm: (url, answer) =>
      app.post<Route>(url, async (request, reply) =>
        act(request, reply, withApplication(request, onlyManagers(answer))),
      ),
  }
}

export function refuse(visit: Visit, status: number, title: string, text: string): FastifyReply {
  return visit.reply.code(status).send(refusalPage(visit, title, text))
}
