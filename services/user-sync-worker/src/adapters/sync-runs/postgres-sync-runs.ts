import type pg from 'pg'
import type { SyncRuns } from '../../sync-run-ports.ts'
import { directorySets } from '../page-writes/directory-sets.ts'
import { stagedChanges } from '../page-writes/staged-changes.ts'
import { plannedChanges } from './planned-changes.ts'
import { syncRunAnswers } from './sync-run-answers.ts'
import { syncRunEndings } from './sync-run-endings.ts'
import { syncRunLeases } from './sync-run-leases.ts'
import { syncRunPages } from './sync-run-pages.ts'
import { syncRunRecords } from './sync-run-records.ts'
import { syncSchedule } from './sync-schedule.ts'
import type { SyncSettings } from './sync-settings.ts'

export function postgresSyncRuns(pool: pg.Pool, settings: SyncSettings): SyncRuns {
  return {
    ...syncRunRecords(pool),
    ...plannedChanges(pool),
    ...directorySets(pool),
    ...syncRunLeases(pool),
    ...syncRunPages(pool),
    ...stagedChanges(pool),
    ...syncRunEndings(pool, settings),
    ...syncRunAnswers(pool),
    ...syncSchedule(pool, settings),
  }
}
