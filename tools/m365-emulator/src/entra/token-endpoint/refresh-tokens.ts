import { randomBytes } from 'node:crypto'
import type { Grant } from './codes.ts'

const SPA_LIFETIME = 24 * 60 * 60 * 1000
const IDLE_LIFETIME = 90 * 24 * 60 * 60 * 1000

export type RefreshGrant = Grant & { issuedAt: number; expiresAt: number }

/** As at Microsoft, the old token stays valid after a refresh, and the 24 hours of a `spa` token are never extended. */
export class RefreshTokens {
  readonly #tokens = new Map<string, RefreshGrant>()

  issue(grant: Grant, now: number, previous?: RefreshGrant): string {
    const token = `1.${randomBytes(120).toString('base64url')}`
    const expiresAt = grant.platform === 'spa' ? (previous?.expiresAt ?? now + SPA_LIFETIME) : now + IDLE_LIFETIME
    this.#tokens.set(token, { ...grant, issuedAt: now, expiresAt })
    return token
  }

  /** Forgets all, or those of one directory. */
  clear(directory?: string): void {
    for (const [token, { directoryId }] of this.#tokens)
      if ((directory ?? directoryId) === directoryId) this.#tokens.delete(token)
  }

  find(token: string): RefreshGrant | undefined {
    return this.#tokens.get(token)
  }
}
