import { Administrator, AdministratorParams } from '@jackfield/contract/access/administrator'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: AdministratorParams, response: { 200: Administrator } }

/** The gateway calls this whenever a session of Control is used. */
export const readAdministrator: FastifyPluginAsyncZod<Pick<Ports, 'administrators'>> = async (
  app,
  { administrators },
) => {
  app.get('/administrators/:administratorId', { schema }, async ({ params }) => {
    const administrator = await administrators.find(params.administratorId)
    if (!administrator) throw refuse('administrator-not-found')
    return administrator
  })
}
