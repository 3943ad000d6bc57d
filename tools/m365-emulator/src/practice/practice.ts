import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { mayManageEveryApplication } from '../directory/directory-roles.ts'
import { identify, LoginAnswer, SESSION_COOKIE } from '../entra/identify.ts'
import { asAdministrator, findAdministrator, onApplication } from './administrator.ts'
import { messagePage } from './pages/practice-layout.ts'
import { newRegistrationPage, overviewPage, registrationsPage, signInPage } from './pages/registration-pages.ts'
import { register } from './register.ts'
import { sections } from './sections.ts'

export type Form = Readonly<Record<string, string | undefined>>
export type OfApplication = { Params: { appId: string }; Body: Form | undefined }

/** A small "Entra admin center" in which the set-up of an application can be walked by hand. */
export const practice: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  // Same-site cookies keep other sites out; this keeps out pages of other ports on this machine.
  app.addHook('preHandler', async (request, reply) => {
    const { origin } = request.headers
    if (request.method === 'POST' && origin !== undefined && origin !== 'null' && new URL(origin).host !== request.host)
      return reply.code(403).send('This form belongs to another site.')
  })

  app.get('/', async (_request, reply) => reply.redirect('/admin', 302))
  app.get('/admin', async (request, reply) => {
    const administrator = findAdministrator(cloud, request)
    return reply.type('text/html; charset=utf-8').send(administrator ? registrationsPage(administrator) : signInPage(cloud.directories))
  })
  app.post('/admin/sign-in', async (request, reply) => {
    reply.type('text/html; charset=utf-8')
    const answer = LoginAnswer.safeParse(request.body)
    if (!answer.success) return reply.code(400).send(signInPage(cloud.directories, 'The form was not complete.'))
    const form = { action: '/admin/sign-in', request: answer.data.request }
    const identified = identify(reply, cloud, request.cookies[SESSION_COOKIE], answer.data, { form, app: 'Practice Entra admin center' })
    if (identified.kind === 'page') return reply.send(identified.html)
    if (mayManageEveryApplication(identified.account.user)) return reply.redirect('/admin', 303)
    return reply.code(403).send(signInPage(cloud.directories, 'This account may not manage applications. See who may below.'))
  })
  app.post('/admin/sign-out', async (request, reply) => {
    cloud.sessions.signOut(request.cookies[SESSION_COOKIE])
    return reply.clearCookie(SESSION_COOKIE, { path: '/' }).redirect('/admin', 303)
  })

  app.get('/admin/applications/new', async (request, reply) => asAdministrator(cloud, request, reply, newRegistrationPage))
  app.post<{ Body: Form | undefined }>('/admin/applications/new', async (request, reply) => {
    const administrator = findAdministrator(cloud, request)
    if (!administrator) return reply.redirect('/admin', 303)
    const draft = request.body ?? {}
    const registered = register(administrator.directory, draft)
    if (registered.kind === 'registered') return reply.redirect(`/admin/applications/${registered.appId}`, 303)
    const kept = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined))
    return reply
      .code(400)
      .type('text/html; charset=utf-8')
      .send(newRegistrationPage(administrator, { ...kept, error: registered.error }))
  })
  app.get<OfApplication>('/admin/applications/:appId', async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => overviewPage(administrator, application)),
  )
  app.get('/admin/*', async (request, reply) => {
    reply.code(404)
    return asAdministrator(cloud, request, reply, (administrator) => messagePage(administrator, 'Not found', 'There is no such page here.'))
  })
  await app.register(sections, { cloud })
}
