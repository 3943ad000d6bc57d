import { Principal } from '@jackfield/contract/access/principal'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, body: z.object({ key: z.string().min(1).max(200) }), response: { 200: Principal } }

export const authenticateApiKey: FastifyPluginAsyncZod<Pick<Ports, 'apiKeys'>> = async (app, { apiKeys }) => {
  app.post('/api-key-authentications', { schema }, async ({ body }) => {
    const principal = await apiKeys.authenticate(body.key)
    if (!principal) throw refuse('api-key-unknown')
    return principal
  })
}
