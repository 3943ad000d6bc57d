import { Session, SessionKind, SessionQuery } from '@jackfield/contract/access/session'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'
import { readSessionPage, showSessionPage } from '../../sessions/session-pages.ts'

const schema = {
  operationId: 'listSessions',
  summary: 'List the browsers, devices and apps that a tenant’s people are signed in with, newest first',
  description: 'A page may have fewer sessions than asked for although more follow: those that ended are left out.',
  tags: ['Sessions'],
  params: TenantParams,
  querystring: SessionQuery,
  response: { 200: pageOf(Session) },
  refusals: refusals('tenant-not-found', 'invalid-cursor'),
}

export const listSessions: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.get('/tenants/:tenantId/sessions', { schema }, async ({ params: { tenantId }, query }) => {
    if (!(await ports.registry.hasTenant(tenantId))) throw refuse('tenant-not-found')
    const kinds = query.kind ? [query.kind] : SessionKind.options
    const listed = await ports.personSessions.listOfTenant(tenantId, kinds, readSessionPage(query))
    return showSessionPage(ports, listed, query)
  })
}
