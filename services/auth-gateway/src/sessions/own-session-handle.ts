import { createHash } from 'node:crypto'

/** Target that means all sessions but the current one. */
export const ALL_OTHERS = 'others'

/**
 * Names a session in a form, valid for one other session only. Both uids are secret and random, so only that session's
 * page can contain the name, which also proves that the form is not cross-site (T-60).
 */
export function sessionHandle(ownUid: string, target: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['own-session', ownUid, target]))
    .digest('base64url')
}
