import type pg from 'pg'
import type { SyncRuns } from '../ports.ts'
import { syncRunLeases } from './sync-run-leases.ts'
import { syncRunPages } from './sync-run-pages.ts'
import { syncRunRecords } from './sync-run-records.ts'

export function postgresSyncRuns(pool: pg.Pool): SyncRuns {
  return { ...syncRunRecords(pool), ...syncRunLeases(pool), ...syncRunPages(pool) }
}
