import type { Checkpoint, RunPlan } from '../domain/checkpoint.ts'
import type { DirectoryFailure } from '../domain/directory-failure.ts'
import type { Lease, RunPage } from '../sync-run-ports.ts'

/** What was read, and what it means for the roster once everything before it is written. */
export type ReadPage = { kind: 'read'; next: Checkpoint; prepare(): Promise<RunPage | DirectoryFailure> }
/** Reads a run's page from its checkpoint on. */
export type RunSource = (checkpoint: Checkpoint, signal: AbortSignal) => Promise<ReadPage | DirectoryFailure>

export function planOf({ kind, everybody, deltaLink, accountLink }: Lease): RunPlan {
  return { kind, isEverybody: everybody !== null, deltaLink, accountLink }
}
