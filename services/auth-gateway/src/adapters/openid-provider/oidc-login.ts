import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../../domain/session-limits.ts'
import type { Artefacts, Clock, Login } from '../../ports.ts'
import { type CookieSigner, isSame } from './cookie-signer.ts'
import { buryIfEnded } from './oidc-sessions.ts'
import { isSignedSession, readSessionCookie } from './session-cookie.ts'

/** Where a session is at home (`homeOf`), for the whole platform: only to tell a foreign session from none. */
export const SESSION_HOMES = 'session-homes'
const KIND = 'SessionHome'

/** Ids whose home this process has noted: once is enough, a note outlives its session. */
export const notedHomes = () => new LRUCache<string, true>({ max: 10_000 })

type OwnLogin = Extract<Login, { kind: 'own' }>
/**
 * Logins read a moment ago, by the session's id. They count for a second, as the roster's answers do; what this process changes
 * counts at once. Whether the person is still admitted is asked apart from this.
 */
export const recentLogins = () =>
  new LRUCache<string, { namespace: string; signature: string; login: OwnLogin }>({ max: 10_000, ttl: 1_000 })

export type SessionMemory = { homes: Artefacts; noted: ReturnType<typeof notedHomes>; recent: ReturnType<typeof recentLogins> }

/** The artefacts of one host, whose sessions are also noted as at home there. */
export function notingSessionHomes(artefacts: Artefacts, { homes, noted, recent }: SessionMemory, home: string): Artefacts {
  return {
    ...artefacts,
    async save(artefact) {
      if (artefact.kind !== 'Session') return artefacts.save(artefact)
      if (!noted.has(artefact.id)) {
        await homes.save({ kind: KIND, id: artefact.id, payload: { home }, ttl: SESSION_ABSOLUTE })
        noted.set(artefact.id, true)
      }
      const isReplaced = await artefacts.save(artefact)
      recent.delete(artefact.id)
      if (!isReplaced) await buryIfEnded(artefacts, artefact)
      return isReplaced
    },
    async remove(kind, id) {
      await artefacts.remove(kind, id)
      if (kind !== 'Session') return
      recent.delete(id)
      await homes.remove(KIND, id)
    },
    async removeByUid(kind, uid) {
      await artefacts.removeByUid(kind, uid)
      if (kind === 'Session') recent.clear()
    },
  }
}

type Place = {
  namespace: string
  home: string
  artefacts: Artefacts
  cookieSigner: CookieSigner
  clock: Clock
}
const StoredSession = z.object({ exp: z.number(), uid: z.string(), accountId: z.string().optional(), loginTs: z.number().optional() })

/**
 * Reads the session cookie, whose signature must be right; a session of another tenant or shared host gives nothing but that fact (T-71). It needs
 * no instance of the provider: an ingress asks this for every request, and memory must not grow with the tenants it asks for.
 */
export async function findLogin(
  { namespace, home, artefacts, cookieSigner, clock }: Place,
  { homes, recent }: SessionMemory,
  header: string | undefined,
): Promise<Login | undefined> {
  const cookie = readSessionCookie(header)
  if (!cookie) return undefined
  const known = recent.get(cookie.id)
  if (known?.namespace === namespace && isSame(known.signature, cookie.signature)) return known.login
  if (!isSignedSession(cookieSigner, cookie)) return undefined

  const found = await artefacts.find('Session', cookie.id)
  if (!found) {
    const noted = await homes.find(KIND, cookie.id)
    return noted && noted.payload.home !== home ? { kind: 'foreign' } : undefined
  }
  const { exp, uid, accountId, loginTs } = StoredSession.parse(found.payload)
  if (exp <= clock() || accountId === undefined || loginTs === undefined) return undefined
  const login = { kind: 'own' as const, accountId, loginAt: loginTs, uid }
  recent.set(cookie.id, { namespace, signature: cookie.signature, login })
  return login
}
