import Provider, { type Adapter, errors } from 'oidc-provider'
import { REFRESH_GRACE } from '../domain/session-limits.ts'
import type { Artefacts, Clock } from '../ports.ts'
import { revokeReplayed } from './revoke-replayed.ts'
import { AlreadyUsedError } from './unit-of-work.ts'

const KIND = 'RefreshToken'
const SUCCESSOR = 'RefreshTokenSuccessor'
/** So many may be ahead of one who uses a refresh token at the same moment. */
const MOST_TURNS = 20

/**
 * A client whose answer got lost asks once more with the refresh token it has. For some seconds that is granted, if nobody has used what
 * the lost answer held: that one is void then, so that a family never has two live branches. Anything else is a replay, and ends the
 * family (RFC 9700 4.14.2).
 */
export function withRefreshGrace(adapter: Adapter, artefacts: Artefacts, clock: Clock): Adapter {
  /** Others may be at it as well: whose successor is used by now has another one, or is used for good. */
  async function unusedSuccessor(id: string, consumedAt: number | undefined): Promise<string | undefined> {
    if (!consumedAt || clock() - consumedAt >= REFRESH_GRACE) return undefined
    let seen: unknown
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const successor = (await artefacts.findAnew(SUCCESSOR, id))?.payload.id
      if (typeof successor !== 'string' || successor === seen) return undefined
      const token = await artefacts.findAnew(KIND, successor)
      if (token && token.consumedAt === undefined) return successor
      seen = successor
    }
    return undefined
  }
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      const before = Provider.ctx?.oidc.entities.RotatedRefreshToken?.jti
      const save = async () => {
        const { grantId } = payload
        if (before && grantId) await artefacts.save({ kind: SUCCESSOR, id: before, payload: { id }, ttl: REFRESH_GRACE, grantId })
        await adapter.upsert(id, payload, ttl)
      }
      for (let turn = 0; turn < MOST_TURNS; turn++) {
        try {
          return await save()
        } catch (error) {
          if (!(error instanceof AlreadyUsedError)) throw error
          // Several came at once and this one is not the first: with a refresh token it is as if it had come a moment later.
          const token = before && (await artefacts.findAnew(KIND, before))
          const successor = before && token && (await unusedSuccessor(before, token.consumedAt))
          if (!successor) throw await revokeReplayed(artefacts, payload.grantId)
          await artefacts.consumeWithNext(KIND, successor)
        }
      }
      throw new errors.InvalidGrant('already used')
    },
    async find(id) {
      const token = await adapter.find(id)
      if (!token?.consumed || !(await unusedSuccessor(id, Number(token.consumed)))) return token
      const { consumed: _, ...usable } = token
      return usable
    },
    async consume(id) {
      const token = await adapter.find(id)
      if (!token?.consumed) return adapter.consume(id)
      const successor = await unusedSuccessor(id, Number(token.consumed))
      if (successor && (await artefacts.consumeWithNext(KIND, successor))) return
      throw new errors.InvalidGrant('already used')
    },
  }
}
