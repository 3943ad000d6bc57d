import { createHmac, randomBytes } from 'node:crypto'
import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { REFRESH_GRACE } from '../../domain/lifetimes.ts'
import type { Clock, Records } from '../../ports.ts'
import { type LostAnswers, noteIssued, useNote } from './lost-answers.ts'

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
export function withRefreshGrace(adapter: Adapter, records: Records, lostAnswers: LostAnswers, clock: Clock): Adapter {
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      if (!rotated()?.consumed) {
        const successorKey = randomBytes(32).toString('base64url')
        noteIssued(Provider.ctx, successorKey)
        return adapter.upsert(id, { ...payload, successorKey }, ttl)
      }
      // The first use has saved the successor; if it is missing, it was revoked.
      if (!(await records.find(KIND, id))) throw new errors.InvalidGrant('already used')
    },
    async find(id) {
      const token = await adapter.find(id)
      if (token && Provider.ctx) presented.set(Provider.ctx, token)
      if (!token?.consumed) return token
      const isInGrace = clock() - Number(token.consumed) < REFRESH_GRACE
      return isInGrace || (await lostAnswers.isLost(records, id, token)) ? withoutUse(token) : token
    },
    async consume(id) {
      if (!(Provider.ctx && presented.get(Provider.ctx)?.consumed)) await adapter.consume(id)
    },
  }
}

/**
 * Lets a code be redeemed again, once, when the answer to its first use was lost: the client got no tokens, and another
 * code costs a sign-in.
 */
export function withLostAnswers(adapter: Adapter, records: Records, lostAnswers: LostAnswers): Adapter {
  const redeemedAgain = new WeakSet<object>()
  return {
    ...adapter,
    async find(id) {
      const code = await adapter.find(id)
      if (!(code?.consumed && Provider.ctx && (await lostAnswers.isLost(records, id, code)))) return code
      redeemedAgain.add(Provider.ctx)
      return withoutUse(code)
    },
    consume: (id) =>
      Provider.ctx && redeemedAgain.has(Provider.ctx) ? useNote(records, id) : (adapter.consume(id) as Promise<void>),
  }
}

function withoutUse({ consumed: _, ...usable }: AdapterPayload): AdapterPayload {
  return usable
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
