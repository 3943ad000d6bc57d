import { z } from 'zod'
import { Id } from './identifier.ts'

/** Queue and payload of a slice of a sync run: ids only, so that no job data holds a secret or a person. */
export const SYNC_RUN_QUEUE = 'sync-runs'
export const SyncRunJob = z.object({ tenantId: Id, runId: Id })
export type SyncRunJob = z.infer<typeof SyncRunJob>
