import { Administrator, AdministratorParams } from '@jackfield/contract/access/administrator'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import { isWithinReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getAdministrator',
  summary: 'Read an administrator',
  tags: ['Administrators'],
  params: AdministratorParams,
  response: { 200: Administrator },
  refusals: refusals('administrator-not-found'),
}

export const getAdministrator: FastifyPluginAsyncZod<Pick<Ports, 'administrators'>> = async (
  app,
  { administrators },
) => {
  app.get('/administrators/:administratorId', { schema }, async ({ caller, params }, reply) => {
    const administrator = await administrators.find(params.administratorId)
    if (!administrator || !isWithinReach(caller, administrator)) throw refuse('administrator-not-found')
    return reply.send(administrator)
  })
}
