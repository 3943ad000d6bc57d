import type { FastifyPluginAsync } from 'fastify'
import { arrangeSessions } from '../domain/person-session.ts'
import { nameOf } from '../domain/site.ts'
import { sendPage, textsOf } from '../http/page-plugin.ts'
import { noOwnSessionsPage, ownSessionsPage } from '../pages/own-sessions-page.ts'
import type { Ports } from '../ports.ts'
import { ALL_OTHERS, findFrontendSession, sessionHandle } from '../sessions/frontend-session.ts'
import { findLiveSessions } from '../sessions/person-sessions.ts'
import { signInSite } from '../sites/site-plugin.ts'

/** Newest sessions on the page; "all others" ends older ones, too. */
const MOST_SHOWN = 100

/** Page that lists the browsers, devices and apps in which the person is signed in to this tenant. */
export const showOwnSessions: FastifyPluginAsync<Ports> = async (app, ports) => {
  app.get('/auth/sessions', async (request, reply) => {
    const own = await findFrontendSession(ports, request)
    if (own.kind !== 'signed-in')
      return sendPage(reply, 401, noOwnSessionsPage(textsOf(request), await app.findStartPages(request)))

    const { person, tenant, sessionUid: ownUid } = own
    const listed = { before: undefined, limit: MOST_SHOWN }
    const [sessions, apps] = await Promise.all([
      ports.personSessions
        .listOfPerson({ tenantId: tenant.id, userId: person.id }, listed)
        .then((found) => findLiveSessions(ports, found)),
      ports.registry.listApps(),
    ])
    const names = new Map(apps.map(({ clientId, name }) => [clientId, name]))
    const now = ports.clock()
    const shown = arrangeSessions(sessions, { ownUid, person, now }).map(({ target, clientIds, ...rest }) => ({
      ...rest,
      handle: sessionHandle(ownUid, target),
      isOwn: target === ownUid,
      apps: clientIds.flatMap((id) => names.get(id) ?? []),
    }))
    const page = ownSessionsPage(textsOf(request), shown, {
      allOthers: sessionHandle(ownUid, ALL_OTHERS),
      person: person.displayName,
      now,
    })
    return sendPage(reply, 200, { ...page, tenant: nameOf(signInSite(request)) ?? tenant.name })
  })
}
