import type { RunWait, SyncRun, SyncRunStatus } from '@jackfield/contract/sync-run'

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

/** A run that takes no step for so long is noted; short waits for Microsoft are over by then. */
const NOTED_AFTER_MS = 120_000

const WAITS: Readonly<Record<RunWait, string>> = {
  'microsoft-throttled': 'Microsoft asks to send fewer requests.',
  'microsoft-unavailable': 'Microsoft 365 does not answer.',
  'temporarily-unavailable': 'A part of the platform does not answer.',
  'internal-error':
    'A step failed in the platform. Let whoever runs it look at the log of the worker, should that go on.',
  'another-run': 'Another run of this account comes first.',
  worker: 'No worker has taken it yet. Let whoever runs the platform see whether the worker runs.',
}

/** What a run waits for and since when it stands, in sentences; none while it goes on. */
export function standstillOf(
  run: Pick<SyncRun, 'status' | 'waiting' | 'lastProgressAt'> | undefined,
  now: Date,
  format: (time: string) => string,
): string[] {
  if (!run || isOver(run) || run.status === 'awaiting-approval') return []
  const { waiting, lastProgressAt } = run
  const told: string[] = []
  if (waiting) told.push(WAITS[waiting.reason])
  if (waiting?.until) told.push(`It is tried again at ${format(waiting.until)}.`)
  if (lastProgressAt && now.getTime() - Date.parse(lastProgressAt) > NOTED_AFTER_MS)
    told.push(`No progress since ${format(lastProgressAt)}.`)
  return told
}
