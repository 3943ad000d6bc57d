import { SessionParams } from '@jackfield/contract/access/session'
import { IfMatch, isMatch, UNCHANGING_VERSION } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'
import { endSessions, findLiveSessions } from '../../sessions/person-sessions.ts'
import { auditSessionsEnded } from '../../sessions/session-audit.ts'

const schema = {
  operationId: 'endSession',
  summary: 'End a session of a browser, device or app',
  description:
    'Its refresh tokens are refused at once, its access tokens at introspection and userinfo; elsewhere they end within 5 minutes.',
  tags: ['Sessions'],
  params: SessionParams,
  headers: IfMatch,
  response: { 204: z.undefined() },
  refusals: refusals('session-not-found', 'version-conflict'),
}

export const endSession: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.delete('/tenants/:tenantId/sessions/:sessionId', { schema }, async (request, reply) => {
    const { tenantId, sessionId } = request.params
    const listed = await ports.personSessions.findById(sessionId)
    const live = listed?.tenantId === tenantId ? await findLiveSessions(ports, [listed]) : []
    if (live.length === 0) throw refuse('session-not-found')
    if (!isMatch(request.headers['if-match'], UNCHANGING_VERSION)) throw refuse('version-conflict')
    await auditSessionsEnded(ports, live, { actor: request.principal.id, requestId: request.id })
    await endSessions(ports, live)
    return reply.status(204).send()
  })
}
