import { randomBytes } from 'node:crypto'
import type { Platform } from '../../directory/application.ts'

const LIFETIME = 10 * 60 * 1000

/** What a code or a refresh token stands for: this person at this application. */
export type Grant = {
  clientId: string
  /** Where the token comes from; of a guest the directory that invited them. */
  directoryId: string
  userId: string
  /** The account that typed the password; differs from the user for guests. */
  homeDirectoryId: string
  scopes: readonly string[]
  platform: Platform
  sid: string
  authTime: number
  /** How the person proved who they are: `pwd`, and `mfa` after a second factor. */
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

  end(code: string, state: 'redeemed' | 'burnt'): void {
    const issued = this.#codes.get(code)
    if (issued) issued.state = state
  }
}
