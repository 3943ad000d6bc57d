import { createHmac, randomBytes } from 'node:crypto'
import Provider, { type Adapter, errors } from 'oidc-provider'
import { REFRESH_GRACE } from '../../domain/session-limits.ts'
import type { Artefacts, Clock } from '../../ports.ts'
import { AlreadyUsedError } from '../artefacts/unit-of-work.ts'
import { revokeReplayed } from './revoke-replayed.ts'

const KIND = 'RefreshToken'

/**
 * Lets two tabs, or a client that lost a response, use a refresh token twice (T-134): for some seconds after its first
 * use a token yields the same successor again, so that a family has one live branch (T-50). Any later use is a replay
 * and ends the family (RFC 9700 4.14.2).
 *
 * The successor's value is a MAC over the presented token under a random key that is stored, sealed, with that token.
 * Every replica computes the same value, and the store alone reveals no token (T-51).
 */
export function withRefreshGrace(adapter: Adapter, artefacts: Artefacts, clock: Clock): Adapter {
  /**
   * Writes nothing: the first request has saved the successor. If it is missing, it was revoked or issued by an earlier
   * version.
   */
  async function repeat(id: string): Promise<void> {
    if (!(await artefacts.findFresh(KIND, id))) throw new errors.InvalidGrant('already used')
  }
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      const before = rotated()
      if (before !== undefined && (await adapter.find(before))?.consumed) return repeat(id)
      try {
        await adapter.upsert(id, { ...payload, successorKey: randomBytes(32).toString('base64url') }, ttl)
      } catch (error) {
        if (!(error instanceof AlreadyUsedError)) throw error
        // A code has no grace period: its second use revokes what the first was given.
        if (before === undefined) throw await revokeReplayed(artefacts, payload.grantId)
        await repeat(id)
      }
    },
    async find(id) {
      const token = await adapter.find(id)
      if (!token?.consumed || clock() - Number(token.consumed) >= REFRESH_GRACE) return token
      const { consumed: _, ...usable } = token
      return usable
    },
    async consume(id) {
      if (!(await adapter.find(id))?.consumed) await adapter.consume(id)
    },
  }
}

type Saved = { jti?: string; save(): Promise<string> }

/** Makes oidc-provider derive the value of a rotated refresh token from its predecessor. */
export function deriveSuccessors(provider: Provider, artefacts: Artefacts): void {
  const { save } = provider.RefreshToken.prototype as unknown as Saved
  Object.assign(provider.RefreshToken.prototype, {
    async save(this: Saved) {
      const before = rotated()
      const key = before === undefined ? undefined : (await artefacts.find(KIND, before))?.payload.successorKey
      // Tokens of earlier versions have no key: their successor is random and cannot be repeated.
      if (before !== undefined && typeof key === 'string')
        this.jti ??= createHmac('sha256', Buffer.from(key, 'base64url')).update(before).digest('base64url')
      return save.call(this)
    },
  })
}

/** The token that this request replaces. */
function rotated(): string | undefined {
  return Provider.ctx?.oidc.entities.RotatedRefreshToken?.jti
}
