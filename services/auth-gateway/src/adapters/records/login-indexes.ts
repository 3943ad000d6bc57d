import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import type { MicrosoftSessions, RecordSpaces } from '../../ports.ts'

const MicrosoftSession = z.object({ host: z.string(), accountId: z.string(), uid: z.string() })

/** Logins by the `sid` of the session at Microsoft, whose end Microsoft reports without a cookie. */
export function microsoftSessions(spaces: RecordSpaces): MicrosoftSessions {
  const space = spaces('microsoft-sessions')
  const indexOf = (sid: string) => `microsoft ${sid}`
  return {
    async note(sid, { origin, accountId, uid }) {
      const payload = { host: new URL(origin).host, accountId, uid }
      await space.save({ kind: 'MicrosoftSession', id: uid, payload, ttl: SESSION_ABSOLUTE, grantId: indexOf(sid) })
    },
    async find(sid) {
      return (await space.findByGrant(indexOf(sid))).map(({ payload }) => MicrosoftSession.parse(payload))
    },
    forget: (sid) => space.removeByGrant(indexOf(sid)),
  }
}
