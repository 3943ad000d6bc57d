import { Session, SessionQuery } from '@jackfield/contract/access/session'
import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { UserParams } from '@jackfield/contract/roster/phone-user'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { isValidSession } from '../../domain/person-session.ts'
import type { Ports } from '../../ports.ts'
import { readSessionPage, showSessionPage } from '../../sessions/session-pages.ts'

const schema = {
  operationId: 'listUserSessions',
  summary: 'List the browsers, devices and apps that a phone user is signed in with, newest first',
  description: 'A page may have fewer sessions than asked for although more follow: those that ended are left out.',
  tags: ['Sessions'],
  params: UserParams,
  querystring: SessionQuery,
  response: { 200: pageOf(Session) },
  refusals: refusals('user-not-found', 'invalid-cursor'),
}

export const listUserSessions: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.get('/tenants/:tenantId/users/:userId/sessions', { schema }, async ({ params, query }) => {
    const person = await ports.roster.findById(params.tenantId, params.userId)
    if (!person) throw refuse('user-not-found')
    const listed = await ports.personSessions.listOfPerson(params, readSessionPage(query))
    const now = ports.clock()
    return showSessionPage(
      ports,
      listed,
      query,
      (session) => (query.kind ?? session.kind) === session.kind && isValidSession(session, person, now),
    )
  })
}
