import type { FastifyPluginAsync } from 'fastify'
import type { Ports } from '../ports.ts'
import { findSignInSite } from '../sites/site-plugin.ts'

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Microsoft's front-channel logout: signing out there loads this address in a hidden frame, with the session's `sid` and
 * no cookie. Only Microsoft, the person and the gateway know the sid. The response does not tell whether a session ended.
 */
export const endMicrosoftSession: FastifyPluginAsync<Ports> = async (app, ports) => {
  const { microsoftSessions: sessions } = ports
  app.get('/auth/microsoft/frontchannel-logout', async (request, reply) => {
    const { sid } = request.query as Record<string, unknown>
    if (request.method === 'GET' && typeof sid === 'string' && GUID.test(sid)) {
      for (const { host, accountId, uid } of await sessions.find(sid.toLowerCase())) {
        // A host that no longer exists has no sessions.
        const site = await findSignInSite(ports.registry, host)
        if (!site) continue
        const ended = await (await ports.providers(site)).endSession(accountId, uid)
        if (ended) request.log.info({ host }, 'a session ended with its session at Microsoft')
      }
      await sessions.forget(sid.toLowerCase())
    }
    // Shown in a frame of Microsoft's page, so no policy against framing.
    reply.header('cache-control', 'no-store').header('content-security-policy', "default-src 'none'")
    return reply.type('text/html; charset=utf-8').send('<!doctype html><title>Signed out</title>')
  })
}
