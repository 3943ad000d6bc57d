import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import type { MicrosoftSessions, PersonHosts, RecordSpaces } from '../../ports.ts'

// Sessions are stored by host; these two indexes find the logins of all hosts.

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

const PersonHost = z.object({ host: z.string() })

/** Hosts on which a person signed in, so that a revocation finds their sessions. */
export function personHosts(spaces: RecordSpaces): PersonHosts {
  const space = spaces('person-hosts')
  const indexOf = ({ tenantId, userId }: Parameters<PersonHosts['find']>[0]) => `person ${tenantId} ${userId}`
  return {
    async note(origin, person) {
      const { host } = new URL(origin)
      const grantId = indexOf(person)
      await space.save({
        kind: 'PersonHost',
        id: `${grantId} ${host}`,
        payload: { host },
        ttl: SESSION_ABSOLUTE,
        grantId,
      })
    },
    async find(person) {
      return (await space.findByGrant(indexOf(person))).map(({ payload }) => PersonHost.parse(payload).host)
    },
  }
}
