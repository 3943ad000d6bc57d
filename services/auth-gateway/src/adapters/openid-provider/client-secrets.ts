import { createHash, timingSafeEqual } from 'node:crypto'
import type { CatalogueApp } from '@jackfield/contract/internal/internal-api'
import type Provider from 'oidc-provider'

/** Methods by a shared secret (OpenID Connect Core 9). */
export const BY_SECRET: ReadonlySet<string> = new Set(['client_secret_basic', 'client_secret_post'])

/** The hashes of all secrets, in the metadata member in which oidc-provider expects one secret in clear. */
export const toClientSecret = ({ secretHashes }: CatalogueApp): string => `sha256 ${secretHashes.join(' ')}`

/** Compares a secret that a client sends with the hashes of its secrets, in constant time. */
export function compareHashedSecrets(provider: Provider): void {
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { clientSecret: string }, actual: string): boolean {
      const hash = createHash('sha256').update(actual).digest()
      const known = this.clientSecret
        .split(' ')
        .slice(1)
        .map((each) => Buffer.from(each, 'base64url'))
      return known.filter((each) => each.length === hash.length && timingSafeEqual(each, hash)).length > 0
    },
  })
}
