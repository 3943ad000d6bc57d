import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../domain/session-limits.ts'
import type { SignInSite } from '../domain/site.ts'
import type { ArtefactSpaces, Artefacts } from '../ports.ts'

const SPACE = 'microsoft-sessions'
const KIND = 'MicrosoftSession'

/** A login of ours that rests on a session at Microsoft. */
const Resting = z.object({ host: z.string(), accountId: z.string(), uid: z.string() })
export type Resting = z.infer<typeof Resting>

/** Microsoft names its session by `sid` alone when it ends, in a request without cookies: logins are found by it over all tenants. */
export function microsoftSessions(spaces: ArtefactSpaces) {
  const space: Artefacts = spaces(SPACE)
  const indexOf = (sid: string) => `microsoft ${sid}`
  return {
    note: (sid: string, { origin }: Pick<SignInSite, 'origin'>, accountId: string, uid: string) => {
      const payload = { host: new URL(origin).host, accountId, uid }
      return space.save({ kind: KIND, id: uid, payload, ttl: SESSION_ABSOLUTE, grantId: indexOf(sid) })
    },
    async find(sid: string): Promise<Resting[]> {
      return (await space.findByGrant(indexOf(sid))).map(({ payload }) => Resting.parse(payload))
    },
    forget: (sid: string) => space.removeByGrant(indexOf(sid)),
  }
}
