import { entityTag } from '@jackfield/contract/http/entity-tag'
import { Problem } from '@jackfield/contract/http/problem'
import { SyncRun, SyncRunParams } from '@jackfield/contract/microsoft/sync-run'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getSyncRun',
  summary: 'Show a sync run',
  tags: ['Sync runs'],
  params: SyncRunParams,
  response: { 200: SyncRun, 404: Problem },
}

export const getSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs'>> = async (app, { runs }) => {
  app.get('/tenants/:tenantId/sync-runs/:runId', { schema }, async ({ params }, reply) => {
    const found = await runs.find(params.tenantId, params.runId)
    if (!found) throw refuse('run-not-found')
    return reply.header('etag', entityTag(found.revision)).send(found.run)
  })
}
