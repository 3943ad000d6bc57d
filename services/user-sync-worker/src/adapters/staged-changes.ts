import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { KnownUser } from '../domain/reconcile.ts'
import type { AppliedBatch, Lease, StagedUser, SyncRuns } from '../sync-run-ports.ts'
import { contentDigest } from './content-digest.ts'
import { inTransaction } from './in-transaction.ts'
import { holdsLease } from './sync-run-fence.ts'

const PERSON = `jsonb_build_object('id', u.object_id, 'displayName', u.display_name, 'givenName', u.given_name, 'surname', u.surname,
  'userPrincipalName', u.user_principal_name, 'mail', u.mail, 'businessPhones', u.business_phones, 'mobilePhone', u.mobile_phone,
  'jobTitle', u.job_title, 'department', u.department, 'employeeId', u.employee_id,
  'accountEnabled', u.status = 'active', 'userType', u.user_type)`

const KNOWN = `
select u.object_id as id, coalesce(s.person, ${PERSON}) as "user", coalesce(s.status, u.status) as status, s.run_id is not null as "isStaged",
  coalesce(s.sync, u.sync) as sync, coalesce(s.sso, u.sso) as sso, u.chosen_by as "chosenBy"
from roster.phone_user u left join roster.staged_change s on s.run_id = $4 and s.object_id = u.object_id
where u.tenant_id = $1 and u.directory_id = $2 and u.object_id = any($3::uuid[]) and (u.sync or $5)
union all
select s.object_id, s.person, s.status, true, s.sync, s.sso, 'rule' from roster.staged_change s
where s.run_id = $4 and s.object_id = any($3::uuid[]) and s.sync is not null and not exists (
  select from roster.phone_user u where u.tenant_id = $1 and u.directory_id = $2 and u.object_id = s.object_id)`

const STAGE = `
insert into roster.staged_change (tenant_id, run_id, object_id, status, person, sync, sso, content_digest)
select $1, $2, t.id, t.status, t.person, t.sync, t.sso, t.digest
from unnest($3::uuid[], $4::text[], $5::jsonb[], $6::boolean[], $7::boolean[], $8::bytea[]) as t (id, status, person, sync, sso, digest)
order by t.id
on conflict (run_id, object_id) do update set status = excluded.status, person = excluded.person, content_digest = excluded.content_digest,
  sync = coalesce(excluded.sync, staged_change.sync), sso = coalesce(excluded.sso, staged_change.sso)
returning xmax = 0 as is_new`

const MISSING = `
with met as materialized (select unnest(object_ids) as object_id from roster.sync_run_met where run_id = $1), missing as (
  select u.object_id from roster.phone_user u
  where u.tenant_id = $2 and u.directory_id = $3 and u.sync and u.status <> 'deleted'
    and not exists (select from met where met.object_id = u.object_id))`

const STAGE_MISSING = `${MISSING}
insert into roster.staged_change (tenant_id, run_id, object_id, status)
select $2, $1, object_id, 'deleted' from missing on conflict (run_id, object_id) do nothing`

const LIST_MISSING = `${MISSING}
select object_id, count(*) over () as total from missing where $4::uuid is null or object_id > $4 order by object_id limit $5`

// Takes a batch off the list and writes it. Ticks stay unless an import or a rule gave them, and a rule's give way to what was ticked by
// hand meanwhile; sessions end with being active or with SSO (S45).
const APPLY = `
with batch as (
  delete from roster.staged_change where (run_id, object_id) in (
    select run_id, object_id from roster.staged_change where run_id = $1 order by object_id limit $4)
  returning *
), newcomer as (
  insert into roster.phone_user (id, tenant_id, account_id, directory_id, object_id, display_name, given_name, surname,
    user_principal_name, mail, business_phones, mobile_phone, job_title, department, employee_id, user_type, status, sync, sso,
    chosen_by, content_digest)
  select ($6::uuid[])[row_number() over (order by b.object_id)], $2, $5, $3, b.object_id, b.person ->> 'displayName', b.person ->> 'givenName',
    b.person ->> 'surname', b.person ->> 'userPrincipalName', b.person ->> 'mail',
    array(select jsonb_array_elements_text(b.person -> 'businessPhones')), b.person ->> 'mobilePhone', b.person ->> 'jobTitle',
    b.person ->> 'department', b.person ->> 'employeeId', b.person ->> 'userType', b.status, true, b.sso, 'rule', b.content_digest
  from batch b where b.sync and b.status = 'active' and not exists (
    select from roster.phone_user u where u.tenant_id = $2 and u.directory_id = $3 and u.object_id = b.object_id)
  on conflict do nothing
)
update roster.phone_user u set account_id = $5,
  display_name = coalesce(b.person ->> 'displayName', u.display_name),
  user_principal_name = coalesce(b.person ->> 'userPrincipalName', u.user_principal_name),
  given_name = case when b.person is null then u.given_name else b.person ->> 'givenName' end,
  surname = case when b.person is null then u.surname else b.person ->> 'surname' end,
  mail = case when b.person is null then u.mail else b.person ->> 'mail' end,
  mobile_phone = case when b.person is null then u.mobile_phone else b.person ->> 'mobilePhone' end,
  job_title = case when b.person is null then u.job_title else b.person ->> 'jobTitle' end,
  department = case when b.person is null then u.department else b.person ->> 'department' end,
  employee_id = case when b.person is null then u.employee_id else b.person ->> 'employeeId' end,
  user_type = coalesce(b.person ->> 'userType', u.user_type),
  business_phones = case when b.person is null then u.business_phones
    else array(select jsonb_array_elements_text(b.person -> 'businessPhones')) end,
  content_digest = case when b.person is null then u.content_digest else b.content_digest end,
  status = b.status, version = u.version + 1, updated_at = now(),
  sync = case when b.ticks_count then b.sync else u.sync end, sso = case when b.ticks_count then b.sso else u.sso end,
  chosen_by = case when b.ticks_count then $7 else u.chosen_by end,
  sessions_valid_after = case when (u.status = 'active' and b.status <> 'active') or (u.sso and b.ticks_count and not b.sso) then now()
    else u.sessions_valid_after end
from (
  select batch.*, batch.sync is not null and ($7 = 'hand' or known.chosen_by = 'rule') as ticks_count
  from batch join roster.phone_user known on known.tenant_id = $2 and known.directory_id = $3 and known.object_id = batch.object_id
) b where u.tenant_id = $2 and u.directory_id = $3 and u.object_id = b.object_id and (u.sync or (b.ticks_count and b.sync))`

const IS_STAGED = 'select exists (select from roster.staged_change where run_id = $1) as "isStaged"'

export function stagedChanges(pool: pg.Pool): Pick<SyncRuns, 'knownUsers' | 'stageMissing' | 'missingUsers' | 'applyStaged'> {
  return {
    async knownUsers({ tenantId, directoryId, runId }, ids, alsoUnsynced = false) {
      if (ids.length === 0) return new Map()
      // Without a name, so that it is planned for the table as it is now.
      const { rows } = await pool.query<KnownUser & { id: string }>(KNOWN, [tenantId, directoryId, ids, runId, alsoUnsynced])
      return new Map(rows.map(({ id, ...known }) => [id, known]))
    },
    async missingUsers({ tenantId, directoryId, runId }, after, limit) {
      const values = [runId, tenantId, directoryId, after, limit]
      const { rows } = await pool.query<{ object_id: string; total: string }>(LIST_MISSING, values)
      return { ids: rows.map((row) => row.object_id), total: Number(rows[0]?.total ?? 0) }
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
        await client.query(APPLY, [lease.runId, lease.tenantId, lease.directoryId, limit, lease.accountId, ids, chosenBy])
        await client.query('update roster.sync_run set fruitless = 0, revision = revision + 1 where id = $1', [lease.runId])
        return (await isAnythingStaged(client, lease)) ? 'more' : 'all'
      })
      return applied ?? 'lost'
    },
  }
}

export async function isAnythingStaged(client: pg.PoolClient, { runId }: Lease): Promise<boolean> {
  return (await client.query<{ isStaged: boolean }>(IS_STAGED, [runId])).rows[0]?.isStaged ?? false
}

/** Within the page's transaction. Returns how many people were not staged before. */
export async function stageChanges(client: pg.PoolClient, lease: Lease, staged: readonly StagedUser[]): Promise<number> {
  if (staged.length === 0) return 0
  const { rows } = await client.query<{ is_new: boolean }>(STAGE, [
    lease.tenantId,
    lease.runId,
    staged.map(({ user }) => user.id),
    staged.map(({ status }) => status),
    staged.map(({ user }) => JSON.stringify(user)),
    staged.map(({ ticks }) => ticks?.sync ?? null),
    staged.map(({ ticks }) => ticks?.sso ?? null),
    staged.map(({ user }) => Buffer.from(contentDigest(user), 'hex')),
  ])
  return rows.filter((row) => row.is_new).length
}
