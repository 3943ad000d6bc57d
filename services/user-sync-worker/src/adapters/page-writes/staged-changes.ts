import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { DirectoryUser } from '../../domain/directory-user.ts'
import { ATTRIBUTES, type AttributeColumns, attributesOfRow } from '../../domain/person-attributes.ts'
import type { RosterUser } from '../../domain/run-page.ts'
import type { AppliedBatch, HeldUser, Lease, RunPages, StagedUser } from '../../sync-run-ports.ts'
import { holdsLease, LEASE_END } from '../sync-runs/sync-run-fence.ts'
import { ATTRIBUTE_COLUMNS, EXCLUDED_ATTRIBUTES, IS_NEWER_WORD } from './write-users.ts'

/** A staged person's attributes; those of the roster where only the status changes. */
const SAID = ATTRIBUTES.map(({ name, column, form }) => {
  const said =
    form === 'texts' ? `array(select jsonb_array_elements_text(person -> '${name}'))` : `person ->> '${name}'`
  return `case when person is null then (known).${column} else ${said} end`
}).join(',\n  ')

// Here and below each person is looked up by their own key: a join may be planned as a scan of the tenant for each
// person, where the statistics are older than the tenant's growth (FC-62).
const KNOWN = `
select asked.id, s.person, ${ATTRIBUTES.map(({ column }) => `u.${column}`).join(', ')}, u.status = 'active' as is_active,
  coalesce(s.status, u.status) as status, s.run_id is not null as "isStaged", coalesce(s.sync, u.sync) as sync, coalesce(s.sso, u.sso) as sso,
  coalesce(u.chosen_by, 'rule') as "chosenBy", u.account_id is not distinct from $6 as "isOfAccount"
from unnest($3::uuid[]) as asked (id)
left join lateral (
  select * from roster.phone_user where tenant_id = $1 and directory_id = $2 and object_id = asked.id limit 1) u on true
left join lateral (select * from roster.staged_change where run_id = $4 and object_id = asked.id and not held and person is not null limit 1) s on true
where case when u.id is null then s.sync is not null else u.sync or $5 end`

const STAGE = `
insert into roster.staged_change (tenant_id, run_id, object_id, status, person, sync, sso)
select $1, $2, t.id, t.status, t.person, t.sync, t.sso
from unnest($3::uuid[], $4::text[], $5::jsonb[], $6::boolean[], $7::boolean[]) as t (id, status, person, sync, sso)
order by t.id
on conflict (run_id, object_id) do update set status = excluded.status, person = excluded.person,
  sync = coalesce(excluded.sync, staged_change.sync), sso = coalesce(excluded.sso, staged_change.sso)
returning xmax = 0 as is_new`

// `except` is never planned as a nested loop. Who is missing and waits for an approval already stays so.
const MISSING = `
with missing as (
  select object_id from roster.phone_user where tenant_id = $2 and directory_id = $3 and sync and status <> 'deleted'
  except select unnest(object_ids) from roster.sync_run_met where run_id = $1
  except select s.object_id from roster.sync_run w join roster.staged_change s on s.run_id = w.id and s.held
    where w.tenant_id = $2 and w.directory_id = $3 and w.status = 'awaiting-approval')`

const STAGE_MISSING = `${MISSING}
insert into roster.staged_change (tenant_id, run_id, object_id, status)
select $2, $1, object_id, 'deleted' from missing on conflict (run_id, object_id) do nothing`

// A staged change without a person is a removal that nothing but the listing says.
const LIST_UNREAD = `
select s.object_id from roster.staged_change s join lateral (
  select status from roster.phone_user where tenant_id = $2 and directory_id = $3 and object_id = s.object_id limit 1) u on true
where s.run_id = $1 and s.person is null and not s.held and ($4::uuid is null or s.object_id > $4) and ($6 or u.status <> 'active')
order by s.object_id limit $5`

const FORGET_UNREAD = `
delete from roster.staged_change where run_id = $1 and object_id = any($2::uuid[]) and person is null and not held`

// Deletes a batch of staged changes and writes it. Ticks change only where an import or a rule staged them; an import's
// yield to ticks set by hand since it was asked for, a rule's to all set by hand (T-127). Known rows are locked before
// they are read, and matched by their own id: people who came into the roster in between stay as they are.
const APPLY = `
with batch as (
  delete from roster.staged_change where run_id = $1 and not held and object_id <= coalesce(
    (select object_id from roster.staged_change where run_id = $1 and not held order by object_id offset $4::int - 1 limit 1),
    'ffffffff-ffff-ffff-ffff-ffffffffffff')
  returning *
), change as (
  select b.*, u as known, b.sync is not null and case $7 when 'hand' then not ${IS_NEWER_WORD('$8')} else u.chosen_by = 'rule' end as ticks_count
  from (select * from batch order by object_id) b left join lateral (
    select * from roster.phone_user where tenant_id = $2 and directory_id = $3 and object_id = b.object_id limit 1 for no key update
  ) u on true
)
insert into roster.phone_user as u (id, tenant_id, account_id, directory_id, object_id, ${ATTRIBUTE_COLUMNS}, status, sync, sso, chosen_by, chosen_at)
select coalesce((known).id, ($6::uuid[])[row_number() over (order by object_id)]), $2, $5, $3, object_id,
  ${SAID},
  status,
  case when (known).id is null or ticks_count then sync else (known).sync end,
  case when (known).id is null or ticks_count then sso else (known).sso end,
  case when (known).id is null then 'rule' when ticks_count then $7 else (known).chosen_by end,
  case when ticks_count and $7 = 'hand' then $8 else (known).chosen_at end
from change
where case when (known).id is null then sync and status = 'active' else (known).sync or (ticks_count and sync) end
on conflict (tenant_id, directory_id, object_id) do update set account_id = excluded.account_id, ${EXCLUDED_ATTRIBUTES},
  status = excluded.status, sync = excluded.sync, sso = excluded.sso,
  chosen_by = excluded.chosen_by, chosen_at = excluded.chosen_at, version = u.version + 1, updated_at = now()
where u.id = excluded.id`

const HELD = `
select object_id as id, status, case when sync is not null then json_build_object('sync', sync, 'sso', sso) end as ticks
from roster.staged_change where run_id = $1 and held and ($2::uuid is null or object_id > $2) order by object_id limit $3`

const IS_STAGED = 'select exists (select from roster.staged_change where run_id = $1 and not held) as "isStaged"'

export function stagedChanges(
  pool: pg.Pool,
): Pick<RunPages, 'knownUsers' | 'heldUsers' | 'stageMissing' | 'unreadUsers' | 'applyStaged'> {
  return {
    async knownUsers({ tenantId, directoryId, runId, accountId }, ids, alsoUnsynced = false) {
      if (ids.length === 0) return new Map()
      const values = [tenantId, directoryId, ids, runId, alsoUnsynced, accountId]
      const { rows } = await pool.query<KnownRow>(KNOWN, values)
      return new Map(rows.map((row) => [row.id, knownOf(row)]))
    },
    async heldUsers({ runId }, after, limit) {
      return (await pool.query<HeldUser>(HELD, [runId, after, limit])).rows
    },
    async unreadUsers({ tenantId, directoryId, runId }, { after, limit, alsoActive }) {
      const values = [runId, tenantId, directoryId, after, limit, alsoActive]
      const { rows } = await pool.query<{ object_id: string }>(LIST_UNREAD, values)
      return rows.map((row) => row.object_id)
    },
    async stageMissing(lease) {
      await inTransaction(pool, async (client) => {
        if (!(await holdsLease(client, lease))) return undefined
        await client.query(STAGE_MISSING, [lease.runId, lease.tenantId, lease.directoryId])
        return true
      })
    },
    async applyStaged(lease, limit): Promise<AppliedBatch> {
      const applied = await inTransaction(pool, async (client) => {
        if (!(await holdsLease(client, lease))) return undefined
        const ids = Array.from({ length: limit }, () => newId())
        const chosenBy = lease.kind === 'import' ? 'hand' : 'rule'
        await client.query(APPLY, [
          lease.runId,
          lease.tenantId,
          lease.directoryId,
          limit,
          lease.accountId,
          ids,
          chosenBy,
          lease.askedAt,
        ])
        await client.query(
          `update roster.sync_run set fruitless = 0, progressed_at = now(), lease_expires_at = ${LEASE_END}, revision = revision + 1 where id = $1`,
          [lease.runId],
        )
        return (await isAnythingStaged(client, lease)) ? 'more' : 'all'
      })
      return applied ?? 'lost'
    },
  }
}

type KnownRow = Omit<RosterUser, 'user'> &
  AttributeColumns & { id: string; person: DirectoryUser | null; is_active: boolean }

function knownOf({ id, person, is_active: accountEnabled, ...row }: KnownRow): RosterUser {
  const { status, isStaged = false, sync, sso, chosenBy, isOfAccount } = row
  const user = person ?? { id, ...attributesOfRow(row), accountEnabled }
  return { user, status, isStaged, sync, sso, chosenBy, isOfAccount }
}

export async function isAnythingStaged(client: pg.PoolClient, { runId }: Lease): Promise<boolean> {
  return (await client.query<{ isStaged: boolean }>(IS_STAGED, [runId])).rows[0]?.isStaged ?? false
}

/** Runs within the page's transaction, before what the page says is staged. */
export async function forgetUnread(client: pg.PoolClient, { runId }: Lease, met: readonly string[]): Promise<void> {
  if (met.length > 0) await client.query(FORGET_UNREAD, [runId, met])
}

/** Runs within the page's transaction. Returns how many people were not staged before. */
export async function stageChanges(
  client: pg.PoolClient,
  lease: Lease,
  staged: readonly StagedUser[],
): Promise<number> {
  if (staged.length === 0) return 0
  const { rows } = await client.query<{ is_new: boolean }>(STAGE, [
    lease.tenantId,
    lease.runId,
    staged.map(({ user }) => user.id),
    staged.map(({ status }) => status),
    staged.map(({ user }) => JSON.stringify(user)),
    staged.map(({ ticks }) => ticks?.sync ?? null),
    staged.map(({ ticks }) => ticks?.sso ?? null),
  ])
  return rows.filter((row) => row.is_new).length
}
