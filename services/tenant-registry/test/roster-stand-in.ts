import { createServer } from '@jackfield/http-server/create-server'
import { internalTokenPlugin, requireService } from '@jackfield/internal-token/internal-token-plugin'
import { findFreePort } from '@jackfield/local-stores/free-port'

export const PEOPLE = { users: 7, sso: 5, bound: 3 }

/** A roster that knows how many people every account has; `asked`: what it was asked. */
export async function startRosterStandIn(key: Buffer) {
  const port = await findFreePort()
  const server = createServer({ name: 'user-sync-worker', logLevel: 'silent', healthChecks: {} })
  const roster = {
    asked: [] as string[],
    down: false,
    meanwhile: async () => {},
    url: `http://127.0.0.1:${port}`,
    reset: () => Object.assign(roster, { asked: [], down: false, meanwhile: async () => {} }),
    close: () => server.close(),
  }
  await server.register(internalTokenPlugin, { audience: 'user-sync-worker', keys: [key] })
  server.addHook('onRequest', requireService)
  const answer = async (request: { method: string; url: string }) => {
    roster.asked.push(`${request.method} ${request.url.split('/').slice(-2).join('/')}`)
    if (roster.down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
    await roster.meanwhile()
    return { ...PEOPLE, phoneSystems: 2, webhookEndpoints: 1, sample: [] }
  }
  server.get('/internal/*', answer)
  server.post('/internal/*', answer)
  await server.listen({ host: '127.0.0.1', port })
  return roster
}

export type RosterStandIn = Awaited<ReturnType<typeof startRosterStandIn>>
