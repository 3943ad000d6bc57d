import { errors } from 'oidc-provider'
import type { Artefacts } from '../../ports.ts'

/** Two came at once and this one is second: what the first gets is revoked like after any replay (RFC 6749 4.1.2). */
export async function revokeReplayed(artefacts: Artefacts, grantId: unknown): Promise<Error> {
  if (typeof grantId === 'string') {
    await artefacts.removeByGrant(grantId)
    await artefacts.remove('Grant', grantId)
  }
  return new errors.InvalidGrant('already used')
}
