import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type pg from 'pg'
import { blowsFuse, type SyncSettings } from '../../domain/sync-settings.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { PLANNED } from './sync-run-fence.ts'

// The removal fuse (S50, T-128). Removals that are too many for the window are held, and so are changes that empty an
// attribute of most people (FC-32): they stay staged in a run that waits for an approval, while all other changes are
// applied. A comparison adds what it holds to what waits already; an import, which also carries ticks, waits alone.

/** Removals of one directory are counted by one run at a time, whichever account it is of. */
const LOCK_DIRECTORY = `select pg_advisory_xact_lock(hashtextextended('removals of ' || $1::text || ' ' || $2::text, 0))`

const WAITING = `
select id, kind from roster.sync_run where tenant_id = $1 and directory_id = $2 and status = 'awaiting-approval' order by id for update`

// Here and below each row is looked up by its key: a join of staged changes may be planned as a nested loop (FC-62).
const HOLD = `
update roster.staged_change set held = true where run_id = $2 and object_id = any(array(
  select object_id from (${PLANNED}) planned where is_active and change in ('delete', 'disable', 'unsync')))`

const FIND_AGAIN = `
select s.object_id from roster.staged_change s where s.run_id = $1 and s.held and exists (
  select from roster.staged_change w where w.run_id = any($2::uuid[]) and w.object_id = s.object_id offset 0)`
const RENEW = `
update roster.staged_change w set (status, person, sync, sso) = (
  select s.status, s.person, coalesce(w.sync, s.sync), coalesce(w.sso, s.sso) from roster.staged_change s
  where s.run_id = $1 and s.object_id = w.object_id)
where w.run_id = any($2::uuid[]) and w.object_id = any($3::uuid[])`
const DROP = 'delete from roster.staged_change where run_id = $1 and object_id = any($2::uuid[])'

const COUNT_REMOVALS = `
select count(*)::int as removals from (${PLANNED}) planned where is_active and change in ('delete', 'disable', 'unsync')`
const COUNT_HELD = `
select count(*)::int as people, count(*) filter (where person is null)::int as unread, count(*) filter (where status <> 'active' or not sync)::int as removals, count(*) filter (where status = 'disabled')::int as disabled,
  count(*) filter (where status = 'deleted')::int as deleted
from roster.staged_change where run_id = $1 and held`

// People, not removals: one who left, came back and leaves again counts once, and so do those whom two accounts of the
// directory find. An approval forgets all before it.
const RECENT = `
select count(*)::int as recent from roster.recent_removal r
where r.tenant_id = $1 and r.directory_id = $2 and r.decided_at > now() - $4 * interval '1 hour' and not exists (
  select from roster.staged_change s where s.run_id = $3 and s.object_id = r.object_id and s.held offset 0)`
const ACTIVE = `
select count(*)::int as active from roster.phone_user where tenant_id = $1 and directory_id = $2 and sync and status = 'active'`

const LET_GO = 'update roster.staged_change set held = false where run_id = $1 and held'
const COUNT_IN = `
insert into roster.recent_removal (tenant_id, directory_id, object_id, decided_at)
select $2, $3, object_id, now() from roster.staged_change where run_id = $1 and held order by object_id
on conflict (tenant_id, directory_id, object_id) do update set decided_at = excluded.decided_at`

const MOVE = `
with moved as (delete from roster.staged_change where run_id = $1 and held returning *)
insert into roster.staged_change (tenant_id, run_id, object_id, status, person, sync, sso, held)
select tenant_id, $2, object_id, status, person, sync, sso, true from moved order by object_id
on conflict (run_id, object_id) do update set status = excluded.status, person = excluded.person, held = true`

// A plan found again as it was is no new version.
const SHOW_HELD = `
update roster.sync_run r set held_disabled = held.disabled, held_deleted = held.deleted, held_removals = held.removals, revision = r.revision
  + ((r.held_disabled, r.held_deleted, r.held_removals) is distinct from (held.disabled, held.deleted, held.removals))::int
from (${COUNT_HELD}) held where r.id = $1 returning held.people`
const NOTHING_LEFT = `
update roster.sync_run set status = 'cancelled', finished_at = now(), error_code = 'superseded',
  error_message = 'Nobody is left whom the run would remove.', revision = revision + 1 where id = $1`

// The plan says what it would empty as the last run found it.
const EMPTIES = (is: '==' | '!=') => `'$[*] ? (@.code ${is} "attribute-emptied")'`
const EMPTIED = `
select jsonb_path_query_array(warnings, ${EMPTIES('==')}) as emptied from roster.sync_run where id = $1`
const TELL_EMPTIED = `
update roster.sync_run set warnings = jsonb_path_query_array(warnings, ${EMPTIES('!=')}) || $2::jsonb where id = $1`
const WARN = `update roster.sync_run set warnings = warnings || $2::jsonb where id = $1`
const RETURN = `
delete from roster.staged_change where run_id = any($1::uuid[]) and held and object_id = any($2::uuid[])
  and ($3 or status <> 'active' or not sync) returning run_id`

type Held = Record<'people' | 'unread' | 'removals' | 'disabled' | 'deleted', number>
type Fuse = Pick<SyncSettings, 'fuse'>

/**
 * Decides on the removals of a plan: holds them when they are too many together with those of the last hours, and counts
 * them otherwise. Removals that wait already, in another plan of the directory, stay there and count for nothing.
 */
export async function holdRemovals(client: pg.PoolClient, lease: Lease, { fuse }: Fuse): Promise<void> {
  const { tenantId, directoryId, runId } = lease
  const waiting = await lockWaiting(client, lease)
  await client.query(HOLD, [tenantId, runId])
  if (lease.kind !== 'import' && waiting.length > 0) {
    await renewHeld(
      client,
      runId,
      waiting.map(({ id }) => id),
    )
  }
  const { removals, unread } = await countHeld(client, runId)
  // What asked when the people were left unread asks now, though others came back meanwhile.
  if (removals > 0 && (unread > 0 || (await isTooMany(client, lease, removals, fuse)))) return
  await client.query(COUNT_IN, [runId, tenantId, directoryId])
  await client.query(LET_GO, [runId])
}

/** What the run found again is told to the plans that hold it. */
async function renewHeld(client: pg.PoolClient, runId: string, plans: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ object_id: string }>(FIND_AGAIN, [runId, plans])
  const again = rows.map((row) => row.object_id)
  if (again.length === 0) return
  await client.query(RENEW, [runId, plans, again])
  await client.query(DROP, [runId, again])
  for (const id of plans) await showHeld(client, id)
}

/** Whether the removals staged so far, alone or with those of the last hours, are going to be held. */
export async function asksAboutStaged(pool: pg.Pool, lease: Lease, { fuse }: Fuse): Promise<boolean> {
  const { removals } = (await pool.query(COUNT_REMOVALS, [lease.tenantId, lease.runId])).rows[0]
  return removals > 0 && isTooMany(pool, lease, removals, fuse)
}

async function isTooMany(
  client: Pick<pg.Pool, 'query'>,
  { tenantId, directoryId, runId }: Lease,
  removals: number,
  { hours, ...limits }: SyncSettings['fuse'],
): Promise<boolean> {
  const { recent } = (await client.query(RECENT, [tenantId, directoryId, runId, hours])).rows[0]
  // Counting everybody takes a while in a large directory, and a few removals never ask.
  if (recent + removals < limits.users) return false
  const { active } = (await client.query(ACTIVE, [tenantId, directoryId])).rows[0]
  return blowsFuse({ removals, recent, active }, limits)
}

/** Brings what a run holds to the plan that waits already. True when there is none: the run itself is to wait. */
export async function keepHeld(client: pg.PoolClient, lease: Lease): Promise<boolean> {
  const { runId } = lease
  const held = await countHeld(client, runId)
  if (held.people === 0) return false
  const waiting = await lockWaiting(client, lease)
  const plan = lease.kind === 'import' ? undefined : waiting.find(({ kind }) => kind !== 'import')
  const { emptied } = (await client.query<{ emptied: SyncRun['warnings'] }>(EMPTIED, [runId])).rows[0] ?? {
    emptied: [],
  }
  await insertAuditEvent(client, askingEvent(lease, plan?.id ?? runId, held, emptied))
  if (!plan) return true
  await client.query(MOVE, [runId, plan.id])
  if (emptied.length > 0) await client.query(TELL_EMPTIED, [plan.id, JSON.stringify(emptied)])
  await showHeld(client, plan.id)
  const people = held.people === 1 ? 'one person' : `${held.people.toLocaleString('en')} people`
  const message = `Changes of ${people} wait for an approval, with the run ${plan.id}.`
  await client.query(WARN, [runId, JSON.stringify({ code: 'changes-held', message })])
  return false
}

/**
 * People who are enabled, as a page of the directory says, leave the plans that would remove them. A full comparison
 * tells people whole, and decides anew on what it would empty.
 */
export async function returnHeld(client: pg.PoolClient, lease: Lease, objectIds: readonly string[]): Promise<void> {
  const waiting = await lockWaiting(client, lease)
  const { rows } = await client.query<{ run_id: string }>(RETURN, [
    waiting.map(({ id }) => id),
    objectIds,
    lease.kind === 'full',
  ])
  for (const id of new Set(rows.map((row) => row.run_id))) await showHeld(client, id)
}

/** Shows a plan as it is now; an empty one has nothing to ask. */
export async function showHeld(client: pg.PoolClient, runId: string): Promise<void> {
  const [held] = (await client.query<Held>(SHOW_HELD, [runId])).rows
  if (held?.people === 0) await client.query(NOTHING_LEFT, [runId])
}

/** Shows the plan of a run that asks once more, and tells of it. */
export async function tellHeld(client: pg.PoolClient, lease: Lease): Promise<void> {
  const held = await countHeld(client, lease.runId)
  if (held.people > 0) await insertAuditEvent(client, askingEvent(lease, lease.runId, held, []))
  await showHeld(client, lease.runId)
}

async function lockWaiting(client: pg.PoolClient, { tenantId, directoryId }: Lease) {
  await client.query(LOCK_DIRECTORY, [tenantId, directoryId])
  return (await client.query<{ id: string; kind: Lease['kind'] }>(WAITING, [tenantId, directoryId])).rows
}

async function countHeld(client: pg.PoolClient, runId: string): Promise<Held> {
  return (await client.query(COUNT_HELD, [runId])).rows[0]
}

function askingEvent(
  { tenantId, accountId }: Lease,
  runId: string,
  { disabled, deleted }: Held,
  emptied: SyncRun['warnings'],
) {
  const names = emptied.map(({ attribute, users }) => `${attribute}: ${users}`).join(', ')
  return {
    tenantId,
    actor: 'user-sync-worker',
    action: 'sync-run.await-approval',
    outcome: 'refused' as const,
    target: accountId,
    details: { runId, disabled: String(disabled), deleted: String(deleted), ...(names && { emptied: names }) },
  }
}
