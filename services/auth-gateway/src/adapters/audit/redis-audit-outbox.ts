import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { AuditOutbox } from '@jackfield/http-server/audit-sender'
import type { Redis } from 'ioredis'

/** Written by the script that writes records: events by id, and `tenant:id` by the time at which each is due. */
export const OWED = {
  events: 'jackfield:audit-events',
  due: 'jackfield:audit-events-due',
  attempts: 'jackfield:audit-events-attempts',
} as const

const MOST_LISTED = 1_000
const CLAIM_MS = 30_000
const SET_ASIDE = '+inf'
const eventOf = (member: string) => member.slice(member.indexOf(':') + 1)

/** ARGV: now, then members. Returns each claimed member and its event. */
const CLAIM = `local claimed = {}
for index = 2, #ARGV do
  local member = ARGV[index]
  local due = redis.call('zscore', '${OWED.due}', member)
  local id = string.sub(member, string.find(member, ':', 1, true) + 1)
  local event = redis.call('hget', '${OWED.events}', id)
  if due and event and tonumber(due) <= tonumber(ARGV[1]) then
    redis.call('zadd', '${OWED.due}', tonumber(ARGV[1]) + ${CLAIM_MS}, member)
    redis.call('hincrby', '${OWED.attempts}', id, 1)
    claimed[#claimed + 1] = member
    claimed[#claimed + 1] = event
  end
end
return claimed`

type Scripts = { claimAuditEvents(keys: 0, now: number, ...members: string[]): Promise<string[]> }

/** Audit events that wait in Redis, beside the records whose change they tell. */
export function redisAuditOutbox(redis: Redis): AuditOutbox<SentAuditEvent> {
  redis.defineCommand('claimAuditEvents', { lua: CLAIM })
  const scripts = redis as Redis & Scripts
  const dueIn = (member: string, seconds: number) => redis.zadd(OWED.due, Date.now() + seconds * 1_000, member)
  return {
    async listDue() {
      const members = await redis.zrangebyscore(OWED.due, '-inf', Date.now(), 'LIMIT', 0, MOST_LISTED)
      return members.map((id) => ({ id, tenant: id.slice(0, id.indexOf(':')) }))
    },
    async claim(members) {
      const claimed = await scripts.claimAuditEvents(0, Date.now(), ...members)
      return Array.from({ length: claimed.length / 2 }, (_, index) => ({
        id: claimed[index * 2] ?? '',
        event: JSON.parse(claimed[index * 2 + 1] ?? '') as SentAuditEvent,
      }))
    },
    async remove(member) {
      const id = eventOf(member)
      await redis.multi().zrem(OWED.due, member).hdel(OWED.events, id).hdel(OWED.attempts, id).exec()
    },
    async postpone(member) {
      const attempts = Number(await redis.hget(OWED.attempts, eventOf(member)))
      await dueIn(member, Math.min(300, 2 ** Math.min(attempts, 10)))
    },
    async putBack(member) {
      await redis.hincrby(OWED.attempts, eventOf(member), -1)
      await dueIn(member, 1)
    },
    async setAside(member) {
      await redis.zadd(OWED.due, SET_ASIDE, member)
    },
    countSetAside: () => redis.zcount(OWED.due, SET_ASIDE, SET_ASIDE),
  }
}
