import type pg from 'pg'
import { EMPTIABLE, type Emptied, emptiedWarning, suddenlyEmpty } from '../../domain/emptied-attributes.ts'
import type { SyncSettings } from '../../domain/sync-settings.ts'
import type { Lease } from '../../sync-run-ports.ts'

type Emptiable = (typeof EMPTIABLE)[number]
const HAS = (form: string, column: string) => (form === 'texts' ? `u.${column} <> '{}'` : `u.${column} is not null`)
const IS_LOST = ({ name, column, form }: Emptiable) => {
  const isGone = form === 'texts' ? `s.person -> '${name}' = '[]'` : `s.person ->> '${name}' is null`
  return `${HAS(form, column)} and ${isGone}`
}
const each = (count: (attribute: Emptiable) => string) =>
  EMPTIABLE.map((attribute) => `count(*) filter (where ${count(attribute)})::int as "${attribute.name}"`).join(',\n  ')

// An approved run has been asked about.
const LOST = `
select ${each(IS_LOST)}
from roster.staged_change s cross join lateral (
  select * from roster.phone_user where tenant_id = $1 and directory_id = $3 and object_id = s.object_id limit 1) u
where s.tenant_id = $1 and s.run_id = $2 and s.person is not null and u.sync
  and not exists (select from roster.sync_run r where r.id = $2 and r.approved_by is not null)`

const HAD = `
select ${each(({ column, form }) => HAS(form, column))}
from roster.phone_user u where u.tenant_id = $1 and u.directory_id = $2 and u.sync`

const HOLD = (emptied: readonly Emptiable[]) => `
update roster.staged_change set held = true where run_id = $2 and object_id = any(array(
  select s.object_id from roster.staged_change s cross join lateral (
    select * from roster.phone_user where tenant_id = $1 and directory_id = $3 and object_id = s.object_id limit 1) u
  where s.run_id = $2 and s.person is not null and u.sync and (${emptied.map((attribute) => `(${IS_LOST(attribute)})`).join(' or ')})))`

const WARN = `
update roster.sync_run set warnings = jsonb_path_query_array(warnings, '$[*] ? (@.code != "attribute-emptied")') || $2::jsonb where id = $1`

type Counts = Record<string, number>

/** Holds the changes that empty an attribute, where an admin is to be asked. True when there are any. */
export async function holdEmptied(
  client: pg.PoolClient,
  lease: Lease,
  settings: Pick<SyncSettings, 'fuse'>,
): Promise<boolean> {
  const names = new Set((await findEmptied(client, lease, settings)).map(({ name }) => name))
  if (names.size === 0 || lease.preview) return false
  const emptied = EMPTIABLE.filter(({ name }) => names.has(name))
  await client.query(HOLD(emptied), [lease.tenantId, lease.runId, lease.directoryId])
  return true
}

/** What the staged changes would empty for so many people that an admin is asked; kept as warnings of the run (FC-32). */
async function findEmptied(
  client: pg.PoolClient,
  { runId, tenantId, directoryId }: Lease,
  { fuse }: Pick<SyncSettings, 'fuse'>,
): Promise<Emptied[]> {
  const lost: Counts = (await client.query(LOST, [tenantId, runId, directoryId])).rows[0]
  // Counting everybody takes a while in a large directory, and a few people never ask.
  if (Object.values(lost).every((people) => people < fuse.users)) return []
  const had: Counts = (await client.query(HAD, [tenantId, directoryId])).rows[0]
  const counted = EMPTIABLE.map(({ name }) => ({ name, had: had[name] ?? 0, lost: lost[name] ?? 0 }))
  const emptied = suddenlyEmpty(counted, fuse)
  if (emptied.length > 0) await client.query(WARN, [runId, JSON.stringify(emptied.map(emptiedWarning))])
  return emptied
}
