import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import type { FederatedToken } from '../../ports.ts'

/**
 * The token by which this installation's own identity provider (a Kubernetes cluster) names it. Kubernetes replaces the
 * file before it expires, so it is read each time. Entra ID checks it; here it is only read for what an administrator
 * must enter there.
 */
export function federatedTokenFile(path: string | undefined): FederatedToken {
  return {
    async read() {
      if (path === undefined) return { kind: 'federation-not-set-up' }
      try {
        const token = (await readFile(path, 'utf8')).trim()
        const { iss, sub, aud } = decodeJwt(token)
        const audience = [aud].flat()[0]
        if (!iss || !sub || !audience) return { kind: 'federation-token-unreadable' }
        return { kind: 'read', token, issuer: iss, subject: sub, audience }
      } catch {
        return { kind: 'federation-token-unreadable' }
      }
    },
  }
}
