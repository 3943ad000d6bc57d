import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Artefacts, Login } from '../ports.ts'

export const SESSION_COOKIE = '__Host-jackfield-session'
/** Of which tenant a session is, for the whole platform: only to tell a foreign session from none. */
export const SESSION_HOMES = 'session-homes'
const KIND = 'SessionHome'

/** The artefacts of one tenant's host, whose sessions are also noted as this tenant's. */
export function notingSessionHomes(artefacts: Artefacts, homes: Artefacts, tenantId: string): Artefacts {
  return {
    ...artefacts,
    async save(artefact) {
      if (artefact.kind === 'Session') await homes.save({ kind: KIND, id: artefact.id, payload: { tenantId }, ttl: artefact.ttl })
      await artefacts.save(artefact)
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
    const { accountId, loginTs } = session
    return accountId === undefined || loginTs === undefined ? undefined : { kind: 'own', accountId, loginAt: loginTs }
  }
  const home = await homes.find(KIND, id)
  return home && home.payload.tenantId !== tenantId ? { kind: 'foreign' } : undefined
}
