import type pg from 'pg'
import { readsSets, setsOf } from '../../domain/import-rules.ts'
import type { Lease, RunPages } from '../../sync-run-ports.ts'

const ADD = `
insert into roster.sync_run_set_member (tenant_id, run_id, set_key, object_id)
select $1, $2, $3, t.id from unnest($4::uuid[]) as t (id) order by t.id
on conflict do nothing`

const OF_RUN =
  'select object_id, set_key from roster.sync_run_set_member where run_id = $1 and object_id = any($2::uuid[])'
const OF_ACCOUNT =
  'select object_id, set_key from roster.directory_set_member where account_id = $1 and object_id = any($2::uuid[])'

const CHANGED = `
select object_id from (
  select set_key, object_id from roster.sync_run_set_member where run_id = $1
  except select set_key, object_id from roster.directory_set_member where account_id = $2
) joined where $4::uuid is null or object_id > $4
union
select object_id from (
  select set_key, object_id from roster.directory_set_member where account_id = $2 and set_key = any($3::text[])
  except select set_key, object_id from roster.sync_run_set_member where run_id = $1
) gone where $4::uuid is null or object_id > $4
order by object_id limit $5`

// `offset 0`: each member is looked up by its key; a join may be planned as a nested loop (FC-62).
const DROP_GONE = `
delete from roster.directory_set_member m where m.account_id = $2 and not exists (
  select from roster.sync_run_set_member r where r.run_id = $1 and r.set_key = m.set_key and r.object_id = m.object_id offset 0)`

const KEEP_NEW = `
insert into roster.directory_set_member (tenant_id, account_id, set_key, object_id)
select tenant_id, $2, set_key, object_id from roster.sync_run_set_member where run_id = $1 and set_key = any($3::text[])
on conflict do nothing`

/**
 * Who is in the groups and has the licences that import rules name: as the run read it, and as the account's last
 * finished run did.
 */
export function directorySets(pool: pg.Pool): Pick<RunPages, 'memberships' | 'changedMembers'> {
  return {
    async memberships(lease, ids) {
      const [text, owner] = readsSets(lease) ? [OF_RUN, lease.runId] : [OF_ACCOUNT, lease.accountId]
      const { rows } = await pool.query<{ object_id: string; set_key: string }>(text, [owner, ids])
      const sets = new Map<string, Set<string>>()
      for (const { object_id: id, set_key: key } of rows) sets.set(id, (sets.get(id) ?? new Set()).add(key))
      return sets
    },
    async changedMembers({ runId, accountId, rules }, after, limit) {
      const keys = rules ? setsOf(rules) : []
      const { rows } = await pool.query<{ object_id: string }>(CHANGED, [runId, accountId, keys, after, limit])
      return rows.map((row) => row.object_id)
    },
  }
}

export async function addSetMembers(
  client: pg.PoolClient,
  lease: Lease,
  { key, ids }: { key: string; ids: string[] },
): Promise<void> {
  await client.query(ADD, [lease.tenantId, lease.runId, key, ids])
}

/** Keeps the sets that the run read for the account. Runs within the transaction that ends the run. */
export async function keepSets(client: pg.PoolClient, lease: Lease): Promise<void> {
  if (!lease.rules || !readsSets(lease)) return
  const keys = setsOf(lease.rules)
  await client.query(DROP_GONE, [lease.runId, lease.accountId])
  await client.query(KEEP_NEW, [lease.runId, lease.accountId, keys])
  await client.query('update roster.import_rules set sets_read = $2 where account_id = $1', [lease.accountId, keys])
}
