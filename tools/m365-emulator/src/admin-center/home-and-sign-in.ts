import type { FastifyInstance } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { credentialsPage } from '../entra/pages/sign-in-pages.ts'
import { identify, LoginAnswer, SESSION_COOKIE } from '../entra/sign-in/identify.ts'
import { ADMIN_COOKIE, type Administrators, isFormToken } from './administrators.ts'
import { homePage } from './pages/home-page.ts'

type Route = { Querystring: { return?: string }; Body: Record<string, string> | undefined }

const APP = 'the Entra admin center (practice)'

/** Home page, sign-in and sign-out. */
export function homeAndSignIn(app: FastifyInstance, cloud: Cloud, administrators: Administrators): void {
  app.get('/', async ({ cookies }) => homePage(administrators.find(cookies[ADMIN_COOKIE], cloud), cloud.directories))

  app.get<Route>('/sign-in', async ({ query }) =>
    credentialsPage({ action: '/sign-in', request: pathWithin(query.return) }, { app: APP, userName: '' }),
  )

  app.post<Route>('/sign-in', async ({ body, cookies }, reply) => {
    const read = LoginAnswer.safeParse(body)
    if (!read.success || read.data.step === 'cancel') return reply.redirect('/', 303)
    const form = { action: '/sign-in', request: pathWithin(read.data.request) }
    const identified = identify(reply, cloud, cookies[SESSION_COOKIE], read.data, { form, app: APP })
    if (identified.kind === 'page') return identified.html
    administrators.leave(cookies[ADMIN_COOKIE])
    const id = administrators.enter(identified.account, cloud.of(identified.account.directory).clock.now())
    reply.setCookie(ADMIN_COOKIE, id, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: cloud.origin.startsWith('https:'),
    })
    return reply.redirect(form.request, 303)
  })

  app.post<Route>('/sign-out', async ({ body, cookies }, reply) => {
    const found = administrators.find(cookies[ADMIN_COOKIE], cloud)
    if (found && isFormToken(found.session, body?.formToken)) administrators.leave(cookies[ADMIN_COOKIE])
    return reply.redirect('/', 303)
  })
}

/** Refuses other origins: an open redirect. */
function pathWithin(path: string | undefined): string {
  return path !== undefined && /^\/app-registrations(\/[\w-]+)*$/.test(path) ? path : '/app-registrations'
}
