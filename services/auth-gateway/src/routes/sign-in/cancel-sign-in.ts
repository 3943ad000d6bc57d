import type { FastifyPluginAsync } from 'fastify'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { AttemptParams } from '../../sign-in/attempt-params.ts'
import { signInSite } from '../../sites/site-plugin.ts'

/**
 * "Back to the app": the app gets `access_denied` with its state and our issuer. The cookies are Lax, so only our page
 * can POST here.
 */
export const cancelSignIn: FastifyPluginAsync<Ports> = async (app, ports) => {
  app.post<{ Params: AttemptParams }>(
    '/auth/interaction/:uid/cancel',
    { schema: { params: AttemptParams } },
    async (request, reply) => {
      const provider = await ports.providers(signInSite(request))
      const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowser(request))
      if (!attempt || attempt.uid !== request.params.uid) throw refuse('sign-in-not-found')
      return reply.redirect(await provider.endAttempt(request.raw, reply.raw, attempt, { kind: 'refused' }), 303)
    },
  )
}
