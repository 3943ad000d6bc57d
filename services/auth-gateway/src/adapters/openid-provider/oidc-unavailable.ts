import { errors } from 'oidc-provider'
import { isDependencyFailure } from '../../dependency-failure.ts'
import type { Artefacts } from '../../ports.ts'

/** A part of ours that is down reaches the app as `temporarily_unavailable` with 503, not as a fault of the provider (T-115). */
export async function orUnavailable<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise
  } catch (error) {
    if (!isDependencyFailure(error)) throw error
    const unavailable = new errors.TemporarilyUnavailable()
    throw Object.assign(unavailable, { status: 503, statusCode: 503, expose: true, cause: error })
  }
}

/** What the provider refuses to find is absent; what it could not look for is not. */
export async function orAbsent<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise
  } catch (error) {
    if (isDependencyFailure(error)) throw error
    return undefined
  }
}

export function availableArtefacts(artefacts: Artefacts): Artefacts {
  return {
    save: (artefact) => orUnavailable(artefacts.save(artefact)),
    find: (kind, id) => orUnavailable(artefacts.find(kind, id)),
    findAnew: (kind, id) => orUnavailable(artefacts.findAnew(kind, id)),
    findByUid: (kind, uid) => orUnavailable(artefacts.findByUid(kind, uid)),
    findByGrant: (grantId) => orUnavailable(artefacts.findByGrant(grantId)),
    consume: (kind, id) => orUnavailable(artefacts.consume(kind, id)),
    consumeWithNext: (kind, id) => orUnavailable(artefacts.consumeWithNext(kind, id)),
    remove: (kind, id) => orUnavailable(artefacts.remove(kind, id)),
    removeByUid: (kind, uid) => orUnavailable(artefacts.removeByUid(kind, uid)),
    removeByGrant: (grantId) => orUnavailable(artefacts.removeByGrant(grantId)),
  }
}
