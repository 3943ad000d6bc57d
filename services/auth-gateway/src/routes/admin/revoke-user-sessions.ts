import { SessionRevocation, SessionsRevoked } from '@jackfield/contract/access/session'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { UserParams } from '@jackfield/contract/roster/phone-user'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'
import { endSessions, findLiveSessions, pagesOfPerson } from '../../sessions/person-sessions.ts'
import { auditSessionsEnded } from '../../sessions/session-audit.ts'

const schema = {
  operationId: 'revokeUserSessions',
  summary: 'End a phone user’s sessions: all, or those of some kinds, except some',
  description: 'Ending a browser’s session ends the apps that signed in with it. Devices end by themselves.',
  tags: ['Sessions'],
  params: UserParams,
  body: SessionRevocation,
  response: { 200: SessionsRevoked },
  refusals: refusals('user-not-found'),
}

export const revokeUserSessions: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.post('/tenants/:tenantId/users/:userId/sessions/revoke', { schema }, async (request) => {
    const { params, body, principal, id: requestId } = request
    if (!(await ports.roster.findById(params.tenantId, params.userId))) throw refuse('user-not-found')
    const { kinds, exceptIds = [] } = body
    let ended = 0
    for await (const page of pagesOfPerson(ports, params)) {
      const meant = page.filter(({ id, kind }) => (kinds?.includes(kind) ?? true) && !exceptIds.includes(id))
      const live = await findLiveSessions(ports, meant)
      await auditSessionsEnded(ports, live, { actor: principal.id, requestId })
      await endSessions(ports, live)
      ended += live.length
    }
    return { ended }
  })
}
