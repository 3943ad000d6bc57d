import { AuditEvent, AuditEventQuery } from '@jackfield/contract/access/audit-event'
import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { requireReach } from '../guards/caller-scope.ts'
import type { Ports } from '../ports.ts'

const schema = {
  operationId: 'listAuditEvents',
  summary: 'List audit events, newest first; a tenant’s admin sees those of that tenant',
  tags: ['Audit'],
  querystring: AuditEventQuery,
  response: { 200: pageOf(AuditEvent) },
  refusals: refusals('invalid-cursor'),
}

export const listAuditEvents: FastifyPluginAsyncZod<Pick<Ports, 'audit'>> = async (app, { audit }) => {
  app.get('/audit-events', { schema }, async ({ caller, query }) => {
    if (query.tenantId !== undefined) requireReach(caller, query.tenantId)
    const only = query.tenantId ?? (caller.scope === 'platform' ? null : caller.scope)
    return toPage(await audit.list(only, query.action, readRange(query)), query.limit, (event) => [event.id])
  })
}
