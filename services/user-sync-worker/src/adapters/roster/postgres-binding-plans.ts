import { BindingRules } from '@jackfield/contract/roster/binding-suggestion'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { SuggestedExtension, UnboundUser } from '../../domain/binding-suggestions.ts'
import { type HoldPolicy, holderOf, type ReadHolder } from '../../domain/extension-hold.ts'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { HOLDER_COLUMNS, HOLDER_OF_EXTENSION } from './holder-columns.ts'
import { IN_ORDER_OF_NAMES } from './schema.ts'

// Bindings are looked up by the keys of person and extension: a join may be planned as a scan of all bindings for each
// (FC-62).
const UNBOUND = `
select u.id, u.display_name as "displayName", u.user_principal_name as "userPrincipalName", u.mail, u.business_phones as "businessPhones",
  u.mobile_phone as "mobilePhone", u.employee_id as "employeeId",
  r.extension as "formerExtension"
from roster.phone_user u
left join lateral (
  select extension from roster.released_binding where user_id = u.id and phone_system_id = $2 limit 1) r on true
where u.tenant_id = $1 and u.${IN_ORDER_OF_NAMES} and u.sync and u.status = 'active'
  and not exists (select from (select phone_system_id from roster.binding where user_id = u.id offset 0) b where b.phone_system_id = $2)
order by lower(u.display_name), u.id limit $3`

const EXTENSIONS = `
select e.number, e.name, case when u.id is not null then ${HOLDER_COLUMNS} end as holder
from roster.extension e ${HOLDER_OF_EXTENSION}
where e.tenant_id = $1 and e.phone_system_id = $2 order by length(e.number), e.number`

// The first write makes version 1; later writes state the version they read, or none.
const PUT = `
insert into roster.binding_rules as r (tenant_id, rules) values ($1, $2)
on conflict (tenant_id) do update set rules = excluded.rules, version = r.version + 1 where $3::integer is null or r.version = $3
returning version`

/** What bindings are proposed from. */
export function postgresBindingPlans(pool: pg.Pool, holds: HoldPolicy) {
  return {
    /** Version 0 when there are none. */
    async rules(tenantId: string): Promise<{ rules: BindingRules; version: number }> {
      const text = 'select rules, version from roster.binding_rules where tenant_id = $1'
      const { rows } = await pool.query<{ rules: unknown; version: number }>(text, [tenantId])
      return rows[0]
        ? { rules: BindingRules.parse(rows[0].rules), version: rows[0].version }
        : { rules: { items: [] }, version: 0 }
    },
    /** The new version; undefined when the rules are no longer at `version`. */
    putRules: (tenantId: string, rules: BindingRules, version: number | undefined, entry: AuditEntry) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ version: number }>(PUT, [
          tenantId,
          JSON.stringify(rules),
          version ?? null,
        ])
        if (!rows[0]) return undefined
        await insertAuditEvent(client, entry)
        return rows[0].version
      }),
    /** Active, synced and not bound in the phone system, in order of names. */
    async unboundUsers(tenantId: string, phoneSystemId: string, limit: number): Promise<UnboundUser[]> {
      return (await pool.query<UnboundUser>(UNBOUND, [tenantId, phoneSystemId, limit])).rows
    },
    async extensions(tenantId: string, phoneSystemId: string): Promise<SuggestedExtension[]> {
      type Row = Omit<SuggestedExtension, 'holder'> & { holder: ReadHolder | null }
      const { rows } = await pool.query<Row>(EXTENSIONS, [tenantId, phoneSystemId])
      return rows.map(({ holder, ...row }) => ({ ...row, holder: holderOf(holder, holds) }))
    },
  }
}
