import { AddressQuestion, SignInCandidates } from '@jackfield/contract/internal/internal-api'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, body: AddressQuestion, response: { 200: SignInCandidates } }

/** For the gateway, on hosts that name no tenant. The address is in the body to keep it out of logs. */
export const findHomeRealms: FastifyPluginAsyncZod<Pick<Ports, 'homeRealms'>> = async (app, { homeRealms }) => {
  app.post('/sign-in-candidates', { schema }, async ({ body }) => homeRealms.find(body.address))
}
