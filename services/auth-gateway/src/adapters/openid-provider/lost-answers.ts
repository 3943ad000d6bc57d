import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLostStore } from '@jackfield/problem/lost-store'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import type { Records } from '../../ports.ts'
import { unavailable } from './outages.ts'

const KIND = 'LostAnswer'
const RETRY_MS = 250
/** Replicas reconnect, and note what they have lost, within this time of each other. */
const SETTLING_MS = 5_000
/** Answers lost in one outage that are remembered; about 200 bytes each. */
const MOST_LOST = 20_000

/** What identifies the refresh token of one answer; it reveals nothing of the token (T-51). */
const markOf = (successorKey: unknown) => hash('sha256', String(successorKey), 'base64url')

/** The `successorKey` of the refresh token that a request issues. */
const issued = new WeakMap<object, string>()

export type LostAnswers = ReturnType<typeof lostAnswers>

/**
 * Tells a repeated request from a replay after an outage (FC-67). A store may have written that a code or token is used
 * up, although its reply was lost and the client got 503. The replica that lost it notes this as soon as the store is
 * back. The code or token is then accepted again while the refresh token of the lost answer is unused.
 */
export function lostAnswers(now: () => number = () => performance.now()) {
  const toNote = new Set<() => Promise<void>>()
  let outageSeenAt = Number.NEGATIVE_INFINITY

  async function noteAll(): Promise<void> {
    while (toNote.size > 0) {
      for (const note of toNote) {
        const isNoted = await note().then(
          () => true,
          () => false,
        )
        if (!isNoted) break
        toNote.delete(note)
      }
      if (toNote.size > 0) await sleep(RETRY_MS, undefined, { ref: false })
    }
  }

  return {
    /** A sign that the store was or is away. */
    noteOutage(): void {
      outageSeenAt = now()
    },

    /** The request of `ctx` failed while its writes were under way: they may be done. */
    noteLost(ctx: KoaContextWithOIDC, records: Records, error: unknown): void {
      if (isLostStore(error)) outageSeenAt = now()
      const used = usedBy(ctx)
      const successorKey = issued.get(ctx)
      if (!used || successorKey === undefined || toNote.size >= MOST_LOST) return
      const isIdle = toNote.size === 0
      toNote.add(async () => {
        await records.remove(KIND, used.id) // an earlier one that was consumed
        await records.save({ kind: KIND, id: used.id, payload: { mark: markOf(successorKey) }, ttl: used.ttl })
      })
      if (isIdle) void noteAll()
    },

    /**
     * Whether the answer to the first use of a consumed code or token was lost.
     *
     * @throws 503 shortly after an outage, when another replica may not have noted it yet
     */
    async isLost(records: Records, id: string, { grantId }: AdapterPayload): Promise<boolean> {
      const note = await records.find(KIND, id)
      if (!note && now() - outageSeenAt < SETTLING_MS) throw unavailable()
      if (!note || note.consumedAt !== undefined || grantId === undefined) return false
      const family = await records.findByGrant(grantId)
      return family.some(
        ({ payload, consumedAt }) => consumedAt === undefined && markOf(payload.successorKey) === note.payload.mark,
      )
    },
  }
}

/** Notes which refresh token the present request issues. */
export function noteIssued(ctx: object | undefined, successorKey: string): void {
  if (ctx) issued.set(ctx, successorKey)
}

/** A lost answer to a code is made up for once: what takes its note must be the only one. */
export function useNote(records: Records, id: string): Promise<void> {
  return records.consumeAtEnd(KIND, id)
}

/** The code or token that a request uses up. */
function usedBy({ oidc }: KoaContextWithOIDC): { id: string; ttl: number } | undefined {
  if (oidc?.route !== 'token') return undefined
  const { RotatedRefreshToken, AuthorizationCode, DeviceCode } = oidc.entities
  const used = RotatedRefreshToken ?? AuthorizationCode ?? DeviceCode
  return used && { id: used.jti, ttl: used.remainingTTL }
}
