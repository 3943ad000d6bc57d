import type { Checkpoint, RunPlan } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { readsSets } from '../../domain/import-rules.ts'
import type { Lease, RunPage } from '../../sync-run-ports.ts'

/**
 * What was read, and what it means for the roster once everything before it is written; at once if it `standsAlone`.
 */
export type ReadPage = {
  kind: 'read'
  next: Checkpoint
  standsAlone?: true
  prepare(): Promise<RunPage | DirectoryFailure>
}
/** Reads a run's page from its checkpoint on. */
export type RunSource = (checkpoint: Checkpoint, signal: AbortSignal) => Promise<ReadPage | DirectoryFailure>

/** A page that changes nothing. */
export const EMPTY = { seen: 0, users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [] }

export function planOf(lease: Lease): RunPlan {
  const { kind, everybody, deltaLink, accountLink } = lease
  return { kind, isEverybody: everybody !== null, deltaLink, accountLink, readsSets: readsSets(lease) }
}
