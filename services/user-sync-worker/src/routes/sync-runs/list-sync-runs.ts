import { TenantParams } from '@jackfield/contract/http/identifier'
import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { SyncRun, SyncRunQuery } from '@jackfield/contract/microsoft/sync-run'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listSyncRuns',
  summary: 'List sync runs, the newest first',
  tags: ['Sync runs'],
  params: TenantParams,
  querystring: SyncRunQuery,
  response: { 200: pageOf(SyncRun) },
  refusals: refusals('invalid-cursor'),
}

export const listSyncRuns: FastifyPluginAsyncZod<Pick<Ports, 'runs'>> = async (app, { runs }) => {
  app.get('/tenants/:tenantId/sync-runs', { schema }, async ({ params, query }) =>
    toPage(await runs.list(params.tenantId, readRange(query), query.status), query.limit, ({ id }) => [id]),
  )
}
