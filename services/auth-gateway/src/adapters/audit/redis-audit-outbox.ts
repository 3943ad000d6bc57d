import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { AuditOutbox } from '@jackfield/http-server/audit-sender'
import type { Redis } from 'ioredis'

/** Written by the script that writes records: events by id, and `tenant:id` by the time at which each is due. */
export const owedNames = (prefix: string) => ({
  events: `${prefix}:audit-events`,
  due: `${prefix}:audit-events-due`,
  attempts: `${prefix}:audit-events-attempts`,
})
type Names = ReturnType<typeof owedNames>

const MOST_LISTED = 1_000
const CLAIM_MS = 30_000
const SET_ASIDE = '+inf'
const eventOf = (member: string) => member.slice(member.indexOf(':') + 1)

/** ARGV: now, then members. Returns each claimed member and its event. */
const claimScript = ({ events, due, attempts }: Names) => `local claimed = {}
for index = 2, #ARGV do
  local member = ARGV[index]
  local due = redis.call('zscore', '${due}', member)
  local id = string.sub(member, string.find(member, ':', 1, true) + 1)
  local event = redis.call('hget', '${events}', id)
  if due and event and tonumber(due) <= tonumber(ARGV[1]) then
    redis.call('zadd', '${due}', tonumber(ARGV[1]) + ${CLAIM_MS}, member)
    redis.call('hincrby', '${attempts}', id, 1)
    claimed[#claimed + 1] = member
    claimed[#claimed + 1] = event
  end
end
return claimed`

type Scripts = { claimAuditEvents(keys: 0, now: number, ...members: string[]): Promise<string[]> }

/** Audit events that wait in Redis, beside the records whose change they tell. */
export function redisAuditOutbox(redis: Redis, prefix: string): AuditOutbox<SentAuditEvent> {
  const owed = owedNames(prefix)
  redis.defineCommand('claimAuditEvents', { lua: claimScript(owed) })
  const scripts = redis as Redis & Scripts
  const dueIn = (member: string, seconds: number) => redis.zadd(owed.due, Date.now() + seconds * 1_000, member)
  return {
    async listDue() {
      const members = await redis.zrangebyscore(owed.due, '-inf', Date.now(), 'LIMIT', 0, MOST_LISTED)
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
      await redis.multi().zrem(owed.due, member).hdel(owed.events, id).hdel(owed.attempts, id).exec()
    },
    async postpone(member) {
      const attempts = Number(await redis.hget(owed.attempts, eventOf(member)))
      await dueIn(member, Math.min(300, 2 ** Math.min(attempts, 10)))
    },
    async putBack(member) {
      await redis.hincrby(owed.attempts, eventOf(member), -1)
      await dueIn(member, 1)
    },
    async setAside(member) {
      await redis.zadd(owed.due, SET_ASIDE, member)
    },
    countSetAside: () => redis.zcount(owed.due, SET_ASIDE, SET_ASIDE),
  }
}
