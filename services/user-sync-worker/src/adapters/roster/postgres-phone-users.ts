import type { Page } from '@jackfield/contract/http/page'
import type { RosterEntry } from '@jackfield/contract/internal/internal-api'
import type { PhoneUserPatch, PhoneUserQuery } from '@jackfield/contract/roster/phone-user'
import { isText, isUuid, pageStart, toPage } from '@jackfield/postgres/cursor'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { type HoldPolicy, holdOf } from '../../domain/extension-hold.ts'
import { type AttributeColumns, attributesOfRow } from '../../domain/person-attributes.ts'
import { KEYPAD } from '../../domain/phone-number.ts'
import { decideTicks, type Ticks } from '../../domain/user-ticks.ts'
import type { AuditEntry, BadCursor, IsSeen } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { IN_ORDER_OF_NAMES } from './schema.ts'

// `offset 0`: bindings are looked up by their person before any join (FC-62).
const READ = `
select u.*, coalesce((select json_agg(json_build_object('phoneSystemId', b.phone_system_id, 'phoneSystemName', p.name,
    'extension', b.extension) order by p.name, p.id)
  from (select phone_system_id, extension from roster.binding where user_id = u.id offset 0) b
  join roster.phone_system p on p.id = b.phone_system_id), '[]') as bindings
from roster.phone_user u`

const LIST = `${READ}
where u.tenant_id = $1 and u.${IN_ORDER_OF_NAMES}
  and ($2::text is null or u.display_name ilike $2 or u.user_principal_name ilike $2 or u.mail ilike $2 or exists (
    select from roster.binding b where b.user_id = u.id and b.extension like $2)
    or exists (select from unnest(u.business_phones || u.mobile_phone) as phone
      where regexp_replace(translate(lower(split_part(phone, ';', 1)), '${KEYPAD.letters}', '${KEYPAD.digits}'), '\\D', '', 'g') like '%' || $8 || '%'))
  and ($3::boolean is null or $3 = exists (select from roster.binding b where b.user_id = u.id))
  and ($4::boolean is null or u.sso = $4)
  and ($5::text is null or (lower(u.display_name), u.id) > ($5, $6::uuid))
order by lower(u.display_name), u.id limit $7`

// Each person is looked up by their own key: a join, or any(), may be planned as a scan of the tenant (FC-62).
const TICKS = `
select u.object_id, u.sync, u.sso from unnest($3::uuid[]) as asked (id) cross join lateral (
  select object_id, sync, sso from roster.phone_user where tenant_id = $1 and directory_id = $2 and object_id = asked.id limit 1) u`

const LOCK = 'select * from roster.phone_user where tenant_id = $1 and id = $2 for no key update'
const SET_TICKS = `
update roster.phone_user set sync = $3, sso = $4, chosen_by = 'hand', chosen_at = clock_timestamp(),
  version = version + $5::boolean::int, updated_at = case when $5 then now() else updated_at end
where tenant_id = $1 and id = $2`

type TicksOutcome = 'done' | 'user-not-found' | 'version-conflict' | 'sso-needs-sync'
type Row = AttributeColumns & {
  id: string
  account_id: string
  directory_id: string
  object_id: string
  status: RosterEntry['status']
  status_since: Date
  sync: boolean
  sso: boolean
  sessions_valid_after: Date | null
  version: number
  created_at: Date
  updated_at: Date
  bindings: RosterEntry['bindings']
  sort_name?: string
}

type UserRecord = RosterEntry & { version: number }

export function postgresPhoneUsers(pool: pg.Pool, holds: HoldPolicy) {
  const toRecord = (row: Row) => recordOf(row, holds)
  return {
    async find(tenantId: string, userId: string): Promise<UserRecord | undefined> {
      const { rows } = await pool.query<Row>(`${READ} where u.tenant_id = $1 and u.id = $2`, [tenantId, userId])
      return rows[0] && toRecord(rows[0])
    },
    async findByIdentity(tenantId: string, directoryId: string, objectId: string): Promise<UserRecord | undefined> {
      const text = `${READ} where u.tenant_id = $1 and u.directory_id = $2 and u.object_id = $3`
      const values = [tenantId, directoryId, objectId]
      const { rows } = await pool.query<Row>({ name: 'find-by-identity', text, values })
      return rows[0] && toRecord(rows[0])
    },
    /** `digits`: of the number that is searched for. */
    async list(
      tenantId: string,
      { search, bound, sso, cursor, limit }: PhoneUserQuery,
      digits?: string,
    ): Promise<Page<UserRecord> | BadCursor> {
      const [name, id] = pageStart(cursor, isText, isUuid) ?? []
      if (name === undefined || id === undefined) return { kind: 'bad-cursor' }
      const pattern = search ? containing(search) : null
      const text = LIST.replace('select u.*', 'select u.*, lower(u.display_name) as sort_name')
      const { rows } = await pool.query<Row>(text, [tenantId, pattern, bound, sso, name, id, limit + 1, digits])
      const page = toPage(rows, limit, (row) => [row.sort_name ?? '', row.id])
      return { ...page, items: page.items.map(toRecord) }
    },
    /** Ticks of those of `objectIds` that are in the roster. */
    async ticksOf(tenantId: string, directoryId: string, objectIds: readonly string[]): Promise<Map<string, Ticks>> {
      const { rows } = await pool.query<Row>(TICKS, [tenantId, directoryId, objectIds])
      return new Map(rows.map(({ object_id, sync, sso }) => [object_id, { sync, sso }]))
    },
    /**
     * Sets ticks by hand, decided under the lock of the row. Also a patch that repeats the present ticks is kept as the
     * admin's word, against rules and runs that were asked for earlier (T-127).
     */
    changeTicks: (
      { tenantId, userId }: { tenantId: string; userId: string },
      patch: PhoneUserPatch,
      entryFor: (ticks: Ticks) => AuditEntry,
      isSeen: IsSeen = () => true,
    ) =>
      inTransaction(pool, async (client): Promise<TicksOutcome> => {
        const [user] = (await client.query<Row & { chosen_by: string }>(LOCK, [tenantId, userId])).rows
        if (!user) return 'user-not-found'
        if (!isSeen(user.version)) return 'version-conflict'
        const decision = decideTicks(user, patch)
        if (decision.kind === 'sso-needs-sync') return decision.kind
        const { sync, sso } = decision.kind === 'change' ? decision.ticks : user
        await client.query(SET_TICKS, [tenantId, userId, sync, sso, decision.kind === 'change'])
        if (decision.kind === 'change' || user.chosen_by === 'rule')
          await insertAuditEvent(client, entryFor({ sync, sso }))
        return 'done'
      }),
  }
}

/** A LIKE pattern for "contains", with the wildcards of the text escaped (SI-05). */
function containing(text: string): string {
  return `%${text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%`
}

function recordOf(row: Row, holds: HoldPolicy): UserRecord {
  const hold =
    row.bindings.length > 0 ? holdOf({ status: row.status, statusSince: row.status_since }, holds) : undefined
  return {
    id: row.id,
    accountId: row.account_id,
    directoryId: row.directory_id,
    objectId: row.object_id,
    ...attributesOfRow(row),
    status: row.status,
    sync: row.sync,
    sso: row.sso,
    bindings: row.bindings,
    ...(hold ? { hold } : {}),
    sessionsValidAfter: row.sessions_valid_after?.toISOString() ?? null,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}
