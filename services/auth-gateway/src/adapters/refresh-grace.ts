import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { REFRESH_GRACE } from '../domain/session-limits.ts'
import type { Artefacts, Clock } from '../ports.ts'
import { revokeReplayed } from './revoke-replayed.ts'
import { AlreadyUsedError } from './unit-of-work.ts'

const KIND = 'RefreshToken'
const SUCCESSOR = 'RefreshTokenSuccessor'

/**
 * A client whose answer got lost asks once more with the refresh token it has. For some seconds that is granted, if nobody has used what
 * the lost answer held: that one is void then, so that a family never has two live branches. Anything else is a replay, and ends the
 * family (RFC 9700 4.14.2).
 */
export function withRefreshGrace(adapter: Adapter, artefacts: Artefacts, clock: Clock): Adapter {
  async function unusedSuccessor(id: string, { consumed }: AdapterPayload): Promise<string | undefined> {
    if (!consumed || clock() - Number(consumed) >= REFRESH_GRACE) return undefined
    const successor = (await artefacts.find(SUCCESSOR, id))?.payload.id
    if (typeof successor !== 'string') return undefined
    const token = await artefacts.find(KIND, successor)
    return token && token.consumedAt === undefined ? successor : undefined
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
      try {
        await save()
      } catch (error) {
        if (!(error instanceof AlreadyUsedError)) throw error
        // Two came at once and this one is second: with a refresh token it is as if it had come a moment later.
        const token = before && (await artefacts.find(KIND, before))
        const successor = before && token && (await unusedSuccessor(before, { consumed: token.consumedAt }))
        if (!successor) throw await revokeReplayed(artefacts, payload.grantId)
        await artefacts.consumeWithNext(KIND, successor)
        await save().catch(asInvalidGrant)
      }
    },
    async find(id) {
      const token = await adapter.find(id)
      if (!token?.consumed || !(await unusedSuccessor(id, token))) return token
      const { consumed: _, ...usable } = token
      return usable
    },
    async consume(id) {
      const token = await adapter.find(id)
      if (!token?.consumed) return adapter.consume(id)
      const successor = await unusedSuccessor(id, token)
      if (successor && (await artefacts.consume(KIND, successor))) return
      throw new errors.InvalidGrant('already used')
    },
  }
}

function asInvalidGrant(error: unknown): never {
  throw error instanceof AlreadyUsedError ? new errors.InvalidGrant('already used') : error
}
