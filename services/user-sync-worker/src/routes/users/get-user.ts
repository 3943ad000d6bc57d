import { refusals } from '@jackfield/contract/http/problems/refusals'
import { PhoneUser, UserParams } from '@jackfield/contract/roster/phone-user'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getUser',
  summary: 'Show a phone user',
  tags: ['Users'],
  params: UserParams,
  response: { 200: PhoneUser },
  refusals: refusals('user-not-found'),
}

export const getUser: FastifyPluginAsyncZod<Pick<Ports, 'users'>> = async (app, { users }) => {
  app.get('/tenants/:tenantId/users/:userId', { schema }, async ({ params }, reply) => {
    const user = await users.find(params.tenantId, params.userId)
    if (!user) throw refuse('user-not-found')
    return reply.send(user)
  })
}
