import type { FastifyPluginAsync } from 'fastify'
import { discardBodies } from '../../http/requests.ts'
import type { Ports } from '../../ports.ts'
import { AttemptParams, findAttempt } from '../../sign-in/attempt.ts'

/**
 * "Back to the app": the app gets `access_denied` with its state and our issuer. The cookies are Lax, so only our page
 * can POST here.
 */
export const cancelSignIn: FastifyPluginAsync<Ports> = async (app, ports) => {
  discardBodies(app) // the form has no fields
  app.post('/auth/interaction/:uid/cancel', { schema: { params: AttemptParams } }, async (_request, reply) => {
    const { end } = await findAttempt(ports, reply)
    return end({ kind: 'refused' })
  })
}
