import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../../domain/session-limits.ts'
import type { ArtefactSpaces, MicrosoftSessions } from '../../ports.ts'

const SPACE = 'microsoft-sessions'
const KIND = 'MicrosoftSession'

const Payload = z.object({ host: z.string(), accountId: z.string(), uid: z.string() })

/**
 * Indexes logins of every tenant by the `sid` of the session at Microsoft, whose end Microsoft reports without a
 * cookie.
 */
export function microsoftSessions(spaces: ArtefactSpaces): MicrosoftSessions {
  const space = spaces(SPACE)
  const indexOf = (sid: string) => `microsoft ${sid}`
  return {
    async note(sid, { origin, accountId, uid }) {
      const payload = { host: new URL(origin).host, accountId, uid }
      await space.save({ kind: KIND, id: uid, payload, ttl: SESSION_ABSOLUTE, grantId: indexOf(sid) })
    },
    async find(sid) {
      return (await space.findByGrant(indexOf(sid))).map(({ payload }) => Payload.parse(payload))
    },
    forget: (sid) => space.removeByGrant(indexOf(sid)),
  }
}
