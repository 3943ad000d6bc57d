import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import type { Clock, Login, Records } from '../../ports.ts'
import { removeIfEnded } from './oidc-sessions.ts'
import { type CookieSigner, isSame, isSignedSession, readSessionCookie } from './session-cookie.ts'

/** Namespace of session homes (`homeOf`), one for the platform: tells a foreign session from none. */
export const SESSION_HOMES = 'session-homes'
const KIND = 'SessionHome'

type OwnLogin = Extract<Login, { kind: 'own' }>

/** What a process remembers of the sessions of all hosts. `homes` is the namespace `SESSION_HOMES`. */
export const sessionMemory = (homes: Records) => ({
  homes,
  /** Session ids whose home this process has stored. Once is enough: the record outlives the session. */
  noted: new LRUCache<string, true>({ max: 10_000 }),
  /**
   * Logins by session id, cached for one second like answers of the roster; changes by this process take effect at
   * once. Whether the person is still admitted is checked separately.
   */
  recent: new LRUCache<string, { namespace: string; signature: string; login: OwnLogin }>({ max: 10_000, ttl: 1_000 }),
})
export type SessionMemory = ReturnType<typeof sessionMemory>

/** Wraps the storage of one host: saving a session also stores its home. */
export function notingSessionHomes(records: Records, { homes, noted, recent }: SessionMemory, home: string): Records {
  return {
    ...records,
    async save(record, afterInsert) {
      if (record.kind !== 'Session') return records.save(record, afterInsert)
      if (!noted.has(record.id)) {
        await homes.save({ kind: KIND, id: record.id, payload: { home }, ttl: SESSION_ABSOLUTE })
        noted.set(record.id, true)
      }
      recent.delete(record.id)
      await records.save(record, () => removeIfEnded(records, record))
    },
    async remove(kind, id) {
      await records.remove(kind, id)
      if (kind !== 'Session') return
      recent.delete(id)
      await homes.remove(KIND, id)
    },
    async removeByUid(kind, uid) {
      await records.removeByUid(kind, uid)
      if (kind === 'Session') recent.clear()
    },
  }
}

type Place = {
  namespace: string
  home: string
  records: Records
  cookieSigner: CookieSigner
  clock: Clock
}
const StoredSession = z.object({
  exp: z.number(),
  uid: z.string(),
  accountId: z.string().optional(),
  loginTs: z.number().optional(),
})

/**
 * Reads the session behind a signed cookie. A session of another tenant or shared host yields only `foreign` (T-71).
 * Needs no instance of the provider: an ingress asks for every request, and memory must not grow with the number of
 * tenants.
 */
export async function findLogin(
  { namespace, home, records, cookieSigner, clock }: Place,
  { homes, recent }: SessionMemory,
  header: string | undefined,
): Promise<Login | undefined> {
  const cookie = readSessionCookie(header)
  if (!cookie) return undefined
  const known = recent.get(cookie.id)
  if (known?.namespace === namespace && isSame(known.signature, cookie.signature)) return known.login
  if (!isSignedSession(cookieSigner, cookie)) return undefined

  const found = await records.find('Session', cookie.id)
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
