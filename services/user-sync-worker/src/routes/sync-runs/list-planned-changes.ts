import { pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { PlannedChange, PlannedChangeQuery } from '@jackfield/contract/microsoft/import-rule'
import { SyncRunParams } from '@jackfield/contract/microsoft/sync-run'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listPlannedChanges',
  summary: 'List what a comparison would change: of a preview, or of a run that awaits approval',
  description:
    'A run that awaits approval has done all but the removals. A preview of an import lists only whom it would disable; all else it counts.',
  tags: ['Sync runs'],
  params: SyncRunParams,
  querystring: PlannedChangeQuery,
  response: { 200: pageOf(PlannedChange) },
  refusals: refusals('invalid-cursor', 'run-not-found'),
}

export const listPlannedChanges: FastifyPluginAsyncZod<Pick<Ports, 'runs'>> = async (app, { runs }) => {
  app.get('/tenants/:tenantId/sync-runs/:runId/planned-changes', { schema }, async ({ params, query }) => {
    const { tenantId, runId } = params
    if (!(await runs.find(tenantId, runId))) throw refuse('run-not-found')
    const changes = await runs.plannedChanges(tenantId, runId, readRange(query), query.removals)
    return toPage(changes, query.limit, ({ objectId }) => [objectId])
  })
}
