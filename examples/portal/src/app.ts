import { join } from 'node:path'
import view from '@fastify/view'
import { Eta } from 'eta'
import { type FastifyInstance, fastify } from 'fastify'
import { type Session, sessionReader } from './gateway-session.ts'

const CALLS = [
  { with: 'Megan Bowen', at: '09:12', minutes: 4 },
  { with: '+1 425 555 0199', at: '10:40', minutes: 11 },
]

/**
 * A server-rendered frontend without tokens and sessions of its own: it asks the gateway who the browser's cookie
 * belongs to.
 */
export function buildPortal({ gatewayUrl }: { gatewayUrl: string }): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  app.register(view, { engine: { eta: new Eta() }, templates: join(import.meta.dirname, '../views') })
  const readSession = sessionReader(gatewayUrl)
  app.addHook('onClose', () => readSession.close())
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store', // personal pages must not be cached
      'content-security-policy':
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
    })
  })

  app.get('/portal/health', async () => ({ status: 'ok' }))

  // The page after sign-out needs no session: otherwise Microsoft's session would sign the person in again at once.
  app.get('/portal/signed-out', async (_request, reply) => reply.view('signed-out.eta'))

  app.get('/portal/*', async (request, reply) => {
    const { host = '', cookie } = request.headers
    const session: Session = await readSession(host, cookie)
    if (session.kind === 'signed-out') {
      return reply.redirect(`/auth/signin?${new URLSearchParams({ app: 'portal', returnTo: request.url })}`, 303)
    }
    if (session.kind === 'refused') return reply.code(403).view('refused.eta')
    if (session.kind === 'unavailable') return reply.code(503).header('retry-after', '5').view('unavailable.eta')
    return reply.view('calls.eta', { ...session, calls: CALLS })
  })
  return app
}
