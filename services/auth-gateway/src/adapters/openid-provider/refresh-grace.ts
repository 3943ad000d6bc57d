import { createHmac, randomBytes } from 'node:crypto'
import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { REFRESH_GRACE } from '../../domain/lifetimes.ts'
import type { Clock, Records } from '../../ports.ts'

const KIND = 'RefreshToken'

/** The stored refresh token that a request presented. */
const presented = new WeakMap<object, AdapterPayload>()

/**
 * Lets two tabs, or a client that lost a response, use a refresh token twice (T-134): for some seconds after its first
 * use a token yields the same successor again, so that a family has one live branch (T-50). Any later use is a replay
 * and ends the family (RFC 9700 4.14.2).
 *
 * The successor's value is a MAC over the presented token under a random key that is stored, sealed, with that token.
 * Every replica computes the same value, and the store alone reveals no token (T-51).
 */
export function withRefreshGrace(adapter: Adapter, records: Records, clock: Clock): Adapter {
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      if (!rotated()?.consumed)
        return adapter.upsert(id, { ...payload, successorKey: randomBytes(32).toString('base64url') }, ttl)
      // The first use has saved the successor; if it is missing, it was revoked.
      if (!(await records.find(KIND, id))) throw new errors.InvalidGrant('already used')
    },
    async find(id) {
      const token = await adapter.find(id)
      if (token && Provider.ctx) presented.set(Provider.ctx, token)
      if (!token?.consumed || clock() - Number(token.consumed) >= REFRESH_GRACE) return token
      const { consumed: _, ...usable } = token
      return usable
    },
    async consume(id) {
      if (!(Provider.ctx && presented.get(Provider.ctx)?.consumed)) await adapter.consume(id)
    },
  }
}

type Saved = { jti?: string; save(): Promise<string> }

/** Makes oidc-provider derive the value of a rotated refresh token from its predecessor. */
export function deriveSuccessors(provider: Provider): void {
  const { save } = provider.RefreshToken.prototype as unknown as Saved
  Object.assign(provider.RefreshToken.prototype, {
    async save(this: Saved) {
      const { jti, successorKey } = rotated() ?? {}
      if (jti !== undefined && typeof successorKey === 'string')
        this.jti ??= createHmac('sha256', Buffer.from(successorKey, 'base64url')).update(jti).digest('base64url')
      return save.call(this)
    },
  })
}

/** The token that this request replaces. */
function rotated(): AdapterPayload | undefined {
  const { ctx } = Provider
  return ctx?.oidc.entities.RotatedRefreshToken && presented.get(ctx)
}
