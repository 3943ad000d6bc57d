import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../domain/session-limits.ts'
import type { PersonId } from '../domain/sign-in/account-id.ts'
import type { ArtefactSpaces } from '../ports.ts'

const SPACE = 'person-hosts'
const KIND = 'PersonHost'
const Payload = z.object({ host: z.string() })

/** On which hosts a person of a tenant signed in, its own and shared ones: sessions are kept by host, and this is where to look when the roster ends them. */
export function personHosts(spaces: ArtefactSpaces) {
  const space = spaces(SPACE)
  const indexOf = ({ tenantId, userId }: PersonId) => `person ${tenantId} ${userId}`
  return {
    async note(origin: string, person: PersonId): Promise<void> {
      const { host } = new URL(origin)
      const grantId = indexOf(person)
      await space.save({ kind: KIND, id: `${grantId} ${host}`, payload: { host }, ttl: SESSION_ABSOLUTE, grantId })
    },
    async find(person: PersonId): Promise<string[]> {
      return (await space.findByGrant(indexOf(person))).map(({ payload }) => Payload.parse(payload).host)
    },
  }
}
