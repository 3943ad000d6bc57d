import { z } from 'zod'
import { SESSION_ABSOLUTE } from '../../domain/session-limits.ts'
import type { PersonId } from '../../domain/sign-in/account-id.ts'
import type { ArtefactSpaces, PersonHosts } from '../../ports.ts'

const SPACE = 'person-hosts'
const KIND = 'PersonHost'
const Payload = z.object({ host: z.string() })

/**
 * Lists the hosts on which a person signed in. Sessions are stored by host, so a revocation needs this list to find
 * them.
 */
export function personHosts(spaces: ArtefactSpaces): PersonHosts {
  const space = spaces(SPACE)
  const indexOf = ({ tenantId, userId }: PersonId) => `person ${tenantId} ${userId}`
  return {
    async note(origin, person) {
      const { host } = new URL(origin)
      const grantId = indexOf(person)
      await space.save({ kind: KIND, id: `${grantId} ${host}`, payload: { host }, ttl: SESSION_ABSOLUTE, grantId })
    },
    async find(person) {
      return (await space.findByGrant(indexOf(person))).map(({ payload }) => Payload.parse(payload).host)
    },
  }
}
