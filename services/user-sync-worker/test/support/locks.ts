import type pg from 'pg'
import { vi } from 'vitest'

const BLOCKED = `
select count(*)::int as blocked from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and cardinality(pg_blocking_pids(pid)) > 0`

/** Waits until `sessions` of the database wait for locks of others. */
export async function waitUntilBlocked(pool: pg.Pool, sessions: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await pool.query<{ blocked: number }>(BLOCKED)
      if ((rows[0]?.blocked ?? 0) < sessions) throw new Error(`fewer than ${sessions} sessions are blocked`)
    },
    { timeout: 10_000, interval: 10 },
  )
}
