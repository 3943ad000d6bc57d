import { refusals } from '@jackfield/contract/http/problems/refusals'
import { SyncRun, SyncRunParams } from '@jackfield/contract/microsoft/sync-run'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getSyncRun',
  summary: 'Show a sync run',
  tags: ['Sync runs'],
  params: SyncRunParams,
  response: { 200: SyncRun },
  refusals: refusals('run-not-found'),
}

export const getSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs'>> = async (app, { runs }) => {
  app.get('/tenants/:tenantId/sync-runs/:runId', { schema }, async ({ params }, reply) => {
    const found = await runs.find(params.tenantId, params.runId)
    if (!found) throw refuse('run-not-found')
    return reply.send(found.run)
  })
}
