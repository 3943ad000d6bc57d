import type { FastifyPluginAsync } from 'fastify'
import type { Ports } from '../ports.ts'
import { findSignInSite } from '../sites/site-plugin.ts'

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Microsoft's front-channel logout: whoever signs out there loads this address of every app in a hidden frame, with the
 * session's `sid` and nothing else. No cookie comes along, for the frame is a third party's; the sid is known to
 * Microsoft, the person and us. Answers alike whether it ended something or not.
 */
export const endMicrosoftSession: FastifyPluginAsync<Ports> = async (app, ports) => {
  const { microsoftSessions: sessions } = ports
  app.get('/auth/microsoft/frontchannel-logout', { exposeHeadRoute: false }, async (request, reply) => {
    const { sid } = request.query as Record<string, unknown>
    if (typeof sid === 'string' && GUID.test(sid)) {
      for (const { host, accountId, uid } of await sessions.find(sid.toLowerCase())) {
        // A host that is gone has nobody signed in.
        const site = await findSignInSite(ports.registry, host)
        if (!site) continue
        const ended = await (await ports.providers(site)).endSession(accountId, uid)
        if (ended) request.log.info({ host }, 'a session ended with its session at Microsoft')
      }
      await sessions.forget(sid.toLowerCase())
    }
    // In a frame of Microsoft's page: no policy against framing here.
    reply.header('cache-control', 'no-store').header('content-security-policy', "default-src 'none'")
    return reply.type('text/html; charset=utf-8').send('<!doctype html><title>Signed out</title>')
  })
}
