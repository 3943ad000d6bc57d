import type { PlannedChange } from '@jackfield/contract/import-rule'
import { isUuid, pageStart, toPage } from '@jackfield/postgres/cursor'
import type pg from 'pg'
import type { SyncRuns } from '../../sync-run-ports.ts'

const PLANNED = `
select * from (select s.object_id as "objectId", coalesce(s.person ->> 'displayName', u.display_name) as "displayName",
  coalesce(s.person ->> 'userPrincipalName', u.user_principal_name) as "userPrincipalName",
  case when u.id is null then 'create' when u.status <> 'deleted' and s.status = 'deleted' then 'delete'
    when u.status = 'active' and s.status = 'disabled' then 'disable' when u.sync and not s.sync then 'unsync'
    when not u.sync and s.sync then 'sync' else 'update' end as change
from roster.staged_change s left join lateral (
  select * from roster.phone_user where tenant_id = $1 and object_id = s.object_id
    and directory_id = (select directory_id from roster.sync_run where tenant_id = $1 and id = $2) limit 1) u on true
where s.tenant_id = $1 and s.run_id = $2 and ($3::uuid is null or s.object_id > $3)
  and (u.id is not null or (s.sync and s.status = 'active'))) planned
where not $5 or change in ('delete', 'disable', 'unsync')
order by "objectId" limit $4`

/** What a run found and waits with, compared with the roster as it is now. */
export function plannedChanges(pool: pg.Pool): Pick<SyncRuns, 'plannedChanges'> {
  return {
    async plannedChanges(tenantId, runId, { cursor, limit, removals }) {
      const [after] = pageStart(cursor, isUuid) ?? []
      if (after === undefined) return { kind: 'bad-cursor' }
      const { rows } = await pool.query<PlannedChange>(PLANNED, [tenantId, runId, after, limit + 1, removals])
      return toPage(rows, limit, ({ objectId }) => [objectId])
    },
  }
}
