import { errors } from 'oidc-provider'
import { isDependencyFailure } from '../../errors.ts'
import type { Artefacts } from '../../ports.ts'

/** Turns an outage of ours into `temporarily_unavailable` with 503 instead of a fault of the provider (T-115). */
export async function orUnavailable<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise
  } catch (error) {
    if (!isDependencyFailure(error)) throw error
    const unavailable = new errors.TemporarilyUnavailable()
    throw Object.assign(unavailable, { status: 503, statusCode: 503, expose: true, cause: error })
  }
}

/** Undefined when the provider refuses to find something; an outage is rethrown. */
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
    findFresh: (kind, id) => orUnavailable(artefacts.findFresh(kind, id)),
    findByUid: (kind, uid) => orUnavailable(artefacts.findByUid(kind, uid)),
    findByGrant: (grantId) => orUnavailable(artefacts.findByGrant(grantId)),
    consume: (kind, id) => orUnavailable(artefacts.consume(kind, id)),
    consumeWithNext: (kind, id) => orUnavailable(artefacts.consumeWithNext(kind, id)),
    remove: (kind, id) => orUnavailable(artefacts.remove(kind, id)),
    removeByUid: (kind, uid) => orUnavailable(artefacts.removeByUid(kind, uid)),
    removeByGrant: (grantId) => orUnavailable(artefacts.removeByGrant(grantId)),
  }
}
