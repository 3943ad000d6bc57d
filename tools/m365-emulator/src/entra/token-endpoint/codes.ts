import { randomBytes } from 'node:crypto'
import type { Platform } from '../../directory/application.ts'

const LIFETIME = 10 * 60 * 1000

/** What a code or a refresh token grants: one person's sign-in at one application. */
export type Grant = {
  clientId: string
  /** The directory that issues the tokens; for a guest, the inviting one. */
  directoryId: string
  userId: string
  /** The directory of the account that signed in; another one for guests. */
  homeDirectoryId: string
  scopes: readonly string[]
  platform: Platform
  sid: string
  authTime: number
  /** Authentication methods: `pwd`, and `mfa` after a second factor. */
  amr: readonly string[]
}

export type CodeGrant = Grant & {
  authority: string
  redirectUri: string
  nonce: string | undefined
  challenge: { value: string; method: 'S256' | 'plain' } | undefined
}

type Issued = CodeGrant & { expiresAt: number; state: 'fresh' | 'redeemed' | 'burnt' }

export class Codes {
  readonly #codes = new Map<string, Issued>()

  issue(grant: CodeGrant, now: number): string {
    for (const [code, { expiresAt }] of this.#codes) if (expiresAt < now - LIFETIME) this.#codes.delete(code)
    const code = `1.${randomBytes(96).toString('base64url')}`
    this.#codes.set(code, { ...grant, expiresAt: now + LIFETIME, state: 'fresh' })
    return code
  }

  find(code: string): Readonly<Issued> | undefined {
    return this.#codes.get(code)
  }

  /** Forgets all, or those of one directory. */
  clear(directory?: string): void {
    for (const [code, { directoryId }] of this.#codes)
      if ((directory ?? directoryId) === directoryId) this.#codes.delete(code)
  }

  end(code: string, state: 'redeemed' | 'burnt'): void {
    const issued = this.#codes.get(code)
    if (issued) issued.state = state
  }
}
