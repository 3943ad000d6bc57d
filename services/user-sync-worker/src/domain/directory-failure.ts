import type { RetryAfter } from '@jackfield/contract/retry-after'
import type { RunWait } from '@jackfield/contract/sync-run'

/**
 * Why Microsoft gave nothing. `words` are its own, for an administrator's eyes: nothing is decided by them that a code
 * tells.
 */
export type DirectoryFailure =
  /** `askedSeconds` is more where a wait was asked for that is too long to be obeyed. */
  | { kind: 'throttled'; retryAfterSeconds: number; askedSeconds?: number }
  /** `words` are ours. */
  | { kind: 'unavailable'; words?: string }
  | { kind: 'expired-page' }
  /** A link leads back to a page that came before. */
  | { kind: 'repeated-page' }
  /** A listing goes on far beyond `counted`, the number of users that the directory told. */
  | { kind: 'endless-list'; counted: number | null }
  /** The place in the directory's changes is not known any more. */
  | { kind: 'expired-changes' }
  | { kind: 'unauthorised'; message: string }
  | { kind: 'consent-missing'; code?: string; words?: string }
  | { kind: 'rejected'; code: string; words?: string }

export function throttledFor({ seconds, asked }: RetryAfter): DirectoryFailure {
  return { kind: 'throttled', retryAfterSeconds: seconds, askedSeconds: asked }
}

/** `remedy`: what an administrator does about it, where that is known. */
export type RunFailure = { code: string; message: string; remedy?: string }

/**
 * What a run does about it: start the listing again, compare everything instead of the changes, try later, or end with
 * a sentence an admin understands.
 */
export type FailureDecision =
  | { kind: 'restart' }
  | { kind: 'resync' }
  | { kind: 'postpone'; seconds: number; reason: RunWait }
  | { kind: 'fail'; failure: RunFailure }

const MOST_RESTARTS = 3
const MOST_FRUITLESS_SLICES = 12
const LONGEST_WAIT_SECONDS = 300

/**
 * `asked`: what Microsoft was asked for. `fruitless` counts the slices since the last page that was written; the wait
 * doubles with each, and has an end.
 */
export function decideOnFailure(
  failure: DirectoryFailure,
  run: { restarts: number; fruitless: number },
  asked = 'users',
): FailureDecision {
  const told = () => explainAsked(failure, asked)
  if (failure.kind === 'unauthorised') return fail('microsoft-refused', told())
  if (failure.kind === 'consent-missing') return fail('consent-missing', told())
  if (failure.kind === 'rejected') return fail('microsoft-rejected', told())
  if (failure.kind === 'repeated-page' || failure.kind === 'endless-list') return fail(failure.kind, told())
  if (failure.kind === 'expired-page' || failure.kind === 'expired-changes') {
    return run.restarts < MOST_RESTARTS
      ? { kind: failure.kind === 'expired-page' ? 'restart' : 'resync' }
      : fail('listing-expired', told())
  }
  const reason = failure.kind === 'throttled' ? 'microsoft-throttled' : 'microsoft-unavailable'
  if (isGivingUp(run)) return fail(reason, told())
  const wanted = failure.kind === 'throttled' ? failure.retryAfterSeconds : 0
  return { kind: 'postpone', seconds: Math.max(wanted, waitAfter(run)), reason }
}

/** The same for what is down on our side. */
export function decideOnOutage(service: string, run: { fruitless: number }): FailureDecision {
  const told = { message: `${service} did not answer for a long time.`, remedy: 'Try the import once more later.' }
  if (isGivingUp(run)) return fail('temporarily-unavailable', told)
  return { kind: 'postpone', seconds: waitAfter(run), reason: 'temporarily-unavailable' }
}

export function isGivingUp(run: { fruitless: number }): boolean {
  return run.fruitless > MOST_FRUITLESS_SLICES
}

export function explain(failure: DirectoryFailure): string {
  switch (failure.kind) {
    case 'throttled':
      return 'Microsoft asks to send fewer requests. Try again later.'
    case 'unavailable':
      return `${failure.words ?? 'Microsoft 365 does not answer.'} Try again later.`
    case 'expired-page':
      return 'Microsoft no longer knows this page of the list. Start again from the first page.'
    case 'repeated-page':
      return 'Microsoft Graph leads in a circle: a link of its list goes back to a page that was read before. Try again later.'
    case 'endless-list':
      return `Microsoft Graph’s list does not end: it goes far beyond the ${usersOf(failure.counted)} that the directory counts. Try again later.`
    case 'expired-changes':
      return 'Microsoft no longer knows what changed since the last time.'
    case 'unauthorised':
      return failure.message
    case 'consent-missing':
      return 'The application may not read users. Add the application permission User.Read.All and grant admin consent.'
    case 'rejected':
      return `Microsoft Graph refused the request (${failure.code}).`
  }
}

const usersOf = (counted: number | null) => (counted === null ? 'users' : `${counted.toLocaleString('en')} users`)

const TEST = 'Test the connection of the account.'

/**
 * What was asked, what Microsoft said to it, and what to do: for whoever looks at a run, or at an account, that fails
 * (FC-34).
 */
function explainAsked(failure: DirectoryFailure, asked: string): { message: string; remedy: string } {
  const told = (what: string, remedy: string) => ({ message: `Microsoft was asked for ${asked}, and ${what}`, remedy })
  switch (failure.kind) {
    case 'throttled':
      return told('asks to send fewer requests.', 'Try again later.')
    case 'unavailable':
      return told('does not answer.', 'Try again later; see the service health of Microsoft 365 if it lasts.')
    case 'expired-page':
    case 'expired-changes':
      return told('ended the listing early again and again.', 'Try again later.')
    case 'repeated-page':
      return told('leads in a circle: a link of its list goes back to a page that was read before.', 'Try again later.')
    case 'endless-list':
      return told(
        `does not end: its list goes far beyond the ${usersOf(failure.counted)} that the directory counts.`,
        'Try again later.',
      )
    case 'unauthorised':
      return told(`gave no access. ${failure.message}`, `${TEST} It says what to mend.`)
    case 'consent-missing':
      return told(
        `does not permit it${quoted(failure)}.`,
        'Add the application permission User.Read.All and grant admin consent.',
      )
    case 'rejected':
      return told(`refused${quoted(failure)}.`, `${TEST} If it passes, ask whoever runs the platform.`)
  }
}

function quoted({ code, words }: { code?: string; words?: string }): string {
  return `${code ? ` (${code})` : ''}${words ? `: “${words.replace(/\.$/, '')}”` : ''}`
}

/**
 * In seconds: it doubles with every slice in a row that wrote nothing, so that giving up takes the better part of an
 * hour.
 */
export function waitAfter(run: { fruitless: number }): number {
  return Math.min(2 ** Math.min(run.fruitless, 10), LONGEST_WAIT_SECONDS)
}

function fail(code: string, told: { message: string; remedy: string }): FailureDecision {
  return { kind: 'fail', failure: { code, ...told } }
}
