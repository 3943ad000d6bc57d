import type { IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import type Provider from 'oidc-provider'
import { SESSION_ABSOLUTE } from '../domain/session-limits.ts'
import type { Artefacts, Login } from '../ports.ts'
import { buryIfEnded } from './oidc-sessions.ts'

export const SESSION_COOKIE = '__Host-jackfield-session'
/** Of which tenant a session is, for the whole platform: only to tell a foreign session from none. */
export const SESSION_HOMES = 'session-homes'
const KIND = 'SessionHome'

/** Ids whose home this process has noted: once is enough, a note outlives its session. */
export const notedHomes = () => new LRUCache<string, true>({ max: 10_000 })

/** The artefacts of one tenant's host, whose sessions are also noted as this tenant's. */
export function notingSessionHomes(
  artefacts: Artefacts,
  { homes, noted, tenantId }: { homes: Artefacts; noted: LRUCache<string, true>; tenantId: string },
): Artefacts {
  return {
    ...artefacts,
    async save(artefact) {
      if (artefact.kind !== 'Session') return artefacts.save(artefact)
      if (!noted.has(artefact.id)) {
        await homes.save({ kind: KIND, id: artefact.id, payload: { tenantId }, ttl: SESSION_ABSOLUTE })
        noted.set(artefact.id, true)
      }
      await artefacts.save(artefact)
      await buryIfEnded(artefacts, artefact)
    },
    async remove(kind, id) {
      await artefacts.remove(kind, id)
      if (kind === 'Session') await homes.remove(KIND, id)
    },
  }
}

/** Reads the session cookie, whose signature must be right; a session of another tenant gives nothing but that fact (T-71). */
export async function findLogin(
  provider: Provider,
  homes: Artefacts,
  tenantId: string,
  [request, response]: [IncomingMessage, ServerResponse],
): Promise<Login | undefined> {
  const id = provider.createContext(request, response).cookies.get(SESSION_COOKIE, { signed: true })
  if (!id) return undefined
  const session = await provider.Session.find(id)
  if (session) {
    const { accountId, loginTs, uid } = session
    return accountId === undefined || loginTs === undefined ? undefined : { kind: 'own', accountId, loginAt: loginTs, uid }
  }
  const home = await homes.find(KIND, id)
  return home && home.payload.tenantId !== tenantId ? { kind: 'foreign' } : undefined
}
