import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { findRedirectTarget } from '../directory/application.ts'
import { SESSION_COOKIE } from './login.ts'
import { signedOutPage } from './pages/sign-in-pages.ts'

type Route = { Params: { tenant: string }; Querystring: Record<string, string>; Body: Record<string, string> | undefined }

/** Ends the Microsoft session; goes on only to a redirect URI that some application registered. */
export const logout: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const end = (reply: FastifyReply, session: string | undefined, { post_logout_redirect_uri: uri, state }: Record<string, string>) => {
    const known = cloud.sessions.accounts(session, cloud.directories).length > 0
    cloud.sessions.signOut(session)
    reply.clearCookie(SESSION_COOKIE, { path: '/' })
    const applications = cloud.directories.all().flatMap((directory) => [...directory.applications.values()])
    // without a session Microsoft shows its page, registered target or not
    if (!uri || !known || !applications.some((application) => findRedirectTarget(application, uri))) {
      return reply.type('text/html; charset=utf-8').send(signedOutPage())
    }
    return reply.redirect(state ? `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}` : uri, 302)
  }

  app.get<Route>('/:tenant/oauth2/v2.0/logout', async ({ cookies, query }, reply) => end(reply, cookies[SESSION_COOKIE], query))
  app.post<Route>('/:tenant/oauth2/v2.0/logout', async ({ cookies, query, body }, reply) =>
    end(reply, cookies[SESSION_COOKIE], { ...query, ...body }),
  )
}
