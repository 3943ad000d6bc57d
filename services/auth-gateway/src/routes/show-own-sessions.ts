import type { FastifyPluginAsync } from 'fastify'
import { arrangeSessions } from '../domain/own-sessions.ts'
import { nameOf } from '../domain/site.ts'
import { sendPage, textsOf } from '../http/page-plugin.ts'
import { noOwnSessionsPage, ownSessionsPage } from '../pages/own-sessions-page.ts'
import type { Ports } from '../ports.ts'
import { ALL_OTHERS, findFrontendSession, sessionHandle } from '../sessions/frontend-session.ts'
import { signInSite } from '../sites/site-plugin.ts'

/** Page that lists where the person is signed in on this host. */
export const showOwnSessions: FastifyPluginAsync<Ports> = async (app, ports) => {
  app.get('/auth/sessions', { exposeHeadRoute: false }, async (request, reply) => {
    const site = signInSite(request)
    const own = await findFrontendSession(ports, request)
    if (own.kind !== 'signed-in') return sendPage(reply, 401, noOwnSessionsPage(textsOf(request)))

    const provider = await ports.providers(site)
    const [sessions, apps] = await Promise.all([provider.listSessions(own.accountId), ports.registry.listApps()])
    const names = new Map(apps.map(({ clientId, name }) => [clientId, name]))
    const shown = arrangeSessions(sessions, { ownUid: own.sessionUid, person: own.person, now: ports.clock() }).map(
      ({ uid, clientIds, ...rest }) => ({
        ...rest,
        handle: sessionHandle(own.sessionUid, uid),
        isOwn: uid === own.sessionUid,
        apps: clientIds.flatMap((id) => names.get(id) ?? []),
      }),
    )
    const page = ownSessionsPage(
      textsOf(request),
      shown,
      sessionHandle(own.sessionUid, ALL_OTHERS),
      own.person.displayName,
    )
    return sendPage(reply, 200, { ...page, tenant: nameOf(site) ?? own.tenant.name })
  })
}
