import { errors } from 'oidc-provider'
import type { Artefacts } from '../../ports.ts'

/** Revokes the grant of a replayed code or token (RFC 6749 4.1.2). Returns the error to throw. */
export async function revokeReplayed(artefacts: Artefacts, grantId: unknown): Promise<Error> {
  if (typeof grantId === 'string') {
    await artefacts.removeByGrant(grantId)
    await artefacts.remove('Grant', grantId)
  }
  return new errors.InvalidGrant('already used')
}
