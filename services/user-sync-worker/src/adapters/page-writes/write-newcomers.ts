import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Lease, RunPage } from '../../sync-run-ports.ts'
import { insertFrom, PAGE, valuesOf } from './user-columns.ts'

// A crash of Postgres may cost the last moments of what was committed so, a page together with the run's place: it is
// read again. Whatever is committed after it, such as the run's end, waits for it too.
const BEGIN = 'begin; set local synchronous_commit = off'

/** Planned once for a connection: it looks nobody up. */
const INSERT = { name: 'insert-newcomers', text: `with ${PAGE} ${insertFrom('page')}` }

const ADVANCE = {
  name: 'advance-run',
  text: `
update roster.sync_run set seen = seen + $3, created = created + $4, skipped = skipped + $5, unchanged = unchanged + greatest(0, $3 - $4 - $5),
  checkpoint = $6, delta_link = coalesce($7, delta_link), fruitless = 0, progressed_at = now(), revision = revision + 1,
  lease_expires_at = now() + interval '15 seconds'
where id = $1 and lease_token = $2 and status = 'running'`,
}

/** What waits for these rows may be what the page before waits for, where Postgres cannot see the circle. */
const LONGEST_HOLD_MS = 2_000

/**
 * Inserts a page of newcomers while the page before it is being written too: a core each. The run's row waits for its
 * turn, and with it the fence of the lease; the rows exist for nobody until then. `undefined`, and nothing is written,
 * when somebody of the page is there already, or the turn did not come for long; false when the lease was lost or the
 * page before was not written.
 */
export async function writeNewcomers(
  pool: pg.Pool,
  lease: Lease,
  page: RunPage,
  after: Promise<boolean>,
): Promise<boolean | undefined> {
  const client = await pool.connect()
  const overdue = new AbortController()
  let broken: Error | undefined
  try {
    const [, { rowCount: created }] = await Promise.all([
      client.query(BEGIN),
      client.query({ ...INSERT, values: valuesOf(lease, page.users) }),
    ])
    const isTurn = await Promise.race([after, sleep(LONGEST_HOLD_MS, undefined, { signal: overdue.signal })])
    const place = [page.next, page.deltaLink ?? null]
    const run = [lease.runId, lease.token, page.seen, created, page.skipped.length + page.nameless, ...place]
    const isWritten = isTurn && (await client.query({ ...ADVANCE, values: run })).rowCount === 1
    await client.query(isWritten ? 'commit' : 'rollback')
    return isWritten
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    if (isDuplicate(error)) return undefined
    throw error
  } finally {
    overdue.abort()
    client.release(broken)
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
