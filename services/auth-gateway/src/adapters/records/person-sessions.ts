import { SessionKind } from '@jackfield/contract/access/session'
import { z } from 'zod'
import { DEVICE_LOGIN, SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import type { PersonSessions, RecordSpaces } from '../../ports.ts'

const KIND = 'PersonSession'
const Stored = z.object({
  id: z.string(),
  kind: SessionKind,
  tenantId: z.string(),
  userId: z.string(),
  origin: z.string(),
  accountId: z.string(),
  target: z.string(),
  sessionUid: z.string().optional(),
  clientId: z.string().optional(),
  loginAt: z.number(),
  createdAt: z.number(),
  usedAt: z.number(),
  expiresAt: z.number(),
  browser: z.object({ browser: z.string().optional(), system: z.string().optional() }),
  address: z.string().optional(),
})

/**
 * The sessions of all hosts by tenant and by person. A record's id is the session's uid or the grant; its public id is
 * its uid, and orders the lists.
 */
export function personSessions(spaces: RecordSpaces): PersonSessions {
  const space = spaces('person-sessions')
  const ofTenant = (tenantId: string, kind: SessionKind) => `${tenantId} ${kind}`
  const ofPerson = ({ tenantId, userId }: { tenantId: string; userId: string }) => `${tenantId} ${userId}`
  return {
    async note(session, ttl) {
      const { id, target, tenantId, kind } = session
      const lifetime = kind === 'device' ? DEVICE_LOGIN : SESSION_ABSOLUTE
      const listed = { tenant: ofTenant(tenantId, kind), person: ofPerson(session), as: id, lifetime, group: kind }
      await space.save({ kind: KIND, id: target, payload: session, ttl, uid: id, listed })
    },
    async find(target) {
      const found = await space.find(KIND, target)
      return found && Stored.parse(found.payload)
    },
    async findById(id) {
      const found = await space.findByUid(KIND, id)
      return found && Stored.parse(found.payload)
    },
    async listOfTenant(tenantId, kinds, page) {
      const lists = await Promise.all(kinds.map((kind) => space.findListed({ tenant: ofTenant(tenantId, kind) }, page)))
      return lists
        .flat()
        .map(({ payload }) => Stored.parse(payload))
        .sort((one, other) => (one.id < other.id ? 1 : -1))
        .slice(0, page.limit)
    },
    async listOfPerson(person, page) {
      const found = await space.findListed({ person: ofPerson(person) }, page)
      return found.map(({ payload }) => Stored.parse(payload))
    },
    async countByKind() {
      const counts = await Promise.all(SessionKind.options.map(async (kind) => [kind, await spaces.countListed(kind)]))
      return Object.fromEntries(counts)
    },
    remove: (target) => space.remove(KIND, target),
  }
}
