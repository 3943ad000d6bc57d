import type { SyncRun, SyncRunStatus } from '@jackfield/contract/sync-run'

const OVER: ReadonlySet<SyncRunStatus> = new Set(['succeeded', 'failed', 'cancelled'])

export function isOver(run: Pick<SyncRun, 'status'> | undefined): boolean {
  return run !== undefined && OVER.has(run.status)
}

/** 0 to 1, or nothing while nobody knows how many there are. */
export function progressOf(run: Pick<SyncRun, 'status' | 'total' | 'counts'> | undefined): number | undefined {
  if (!run) return undefined
  if (run.status === 'succeeded') return 1
  if (!run.total) return undefined
  return Math.min(1, run.counts.seen / run.total)
}

const SENTENCES: Readonly<Record<SyncRunStatus, string>> = {
  queued: 'The import is waiting for its turn.',
  running: 'Importing users.',
  'awaiting-approval': 'The import has stopped and waits for your approval.',
  succeeded: 'The import is complete.',
  failed: 'The import has failed.',
  cancelled: 'The import was cancelled.',
}

export function sentenceOf(run: Pick<SyncRun, 'status'> | undefined): string {
  return run ? SENTENCES[run.status] : SENTENCES.queued
}
