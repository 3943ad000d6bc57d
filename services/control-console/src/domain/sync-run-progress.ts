import type { RunWait, SyncRun, SyncRunStatus } from '@jackfield/contract/microsoft/sync-run'

const OVER: ReadonlySet<SyncRunStatus> = new Set(['succeeded', 'failed', 'cancelled'])

export function isOver(run: Pick<SyncRun, 'status'> | undefined): boolean {
  return run !== undefined && OVER.has(run.status)
}

/** 0 to 1; undefined while the total is unknown. */
export function progressOf(run: Pick<SyncRun, 'status' | 'total' | 'counts'> | undefined): number | undefined {
  if (!run) return undefined
  if (run.status === 'succeeded') return 1
  if (!run.total) return undefined
  return Math.min(1, run.counts.seen / run.total)
}

const SENTENCES: Readonly<Record<SyncRunStatus, string>> = {
  queued: 'The import is waiting for its turn.',
  running: 'Importing users.',
  'awaiting-approval': 'Removals wait for your approval; all else is done.',
  succeeded: 'The import is complete.',
  failed: 'The import has failed.',
  cancelled: 'The import was cancelled.',
}

export function statusSentence(run: Pick<SyncRun, 'status'> | undefined): string {
  return run ? SENTENCES[run.status] : SENTENCES.queued
}

/** A standstill shorter than this is not mentioned: most waits for Microsoft end before. */
const NOTED_AFTER_MS = 120_000

const WAITS: Readonly<Record<RunWait, string>> = {
  'microsoft-throttled': 'Microsoft asks to send fewer requests.',
  'microsoft-unavailable': 'Microsoft 365 does not answer.',
  'certificate-untrusted':
    'The certificate that comes from Microsoft’s host is not trusted. Ask the operator of the platform to look at proxies that inspect TLS.',
  'temporarily-unavailable': 'A part of the platform does not answer.',
  'internal-error':
    'A step failed in the platform. If that goes on, ask its operator to look at the log of the worker.',
  'another-run': 'Another run of this account comes first.',
  worker: 'No worker has taken it yet. Ask the operator of the platform whether the worker runs.',
}

/** Sentences about the cause and the length of a standstill; none while the run makes progress. */
export function standstillOf(
  run: Pick<SyncRun, 'status' | 'waiting' | 'lastProgressAt'> | undefined,
  now: Date,
  format: (time: string) => string,
): string[] {
  if (!run || isOver(run) || run.status === 'awaiting-approval') return []
  const { waiting, lastProgressAt } = run
  const sentences: string[] = []
  if (waiting) sentences.push(WAITS[waiting.reason])
  if (waiting?.until) sentences.push(`It is tried again at ${format(waiting.until)}.`)
  if (lastProgressAt && now.getTime() - Date.parse(lastProgressAt) > NOTED_AFTER_MS)
    sentences.push(`No progress since ${format(lastProgressAt)}.`)
  return sentences
}
