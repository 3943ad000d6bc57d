import { createHash } from 'node:crypto'

/** What a form says to mean all sessions but the one that asks. */
export const ALL_OTHERS = 'others'

/**
 * The name of a session in a form, for one other session alone. Both uids are secret and random, so whoever can write
 * it has seen the page of that session: the name is the form's proof against cross-site requests as well (T-60).
 */
export function sessionHandle(ownUid: string, target: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['own-session', ownUid, target]))
    .digest('base64url')
}
