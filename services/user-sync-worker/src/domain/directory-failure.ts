import type { RetryAfter } from '@jackfield/contract/retry-after'

/** Why Microsoft gave nothing. `words` are its own, for an administrator's eyes: nothing is decided by them that a code tells. */
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

export type RunFailure = { code: string; message: string }

/** What a run does about it: start the listing again, compare everything instead of the changes, try later, or end with a sentence an admin understands. */
export type FailureDecision =
  | { kind: 'restart' }
  | { kind: 'resync' }
  | { kind: 'postpone'; seconds: number }
  | { kind: 'fail'; failure: RunFailure }

const MOST_RESTARTS = 3
const MOST_FRUITLESS_SLICES = 12
const LONGEST_WAIT_SECONDS = 300

/** `fruitless` counts the slices since the last page that was written; the wait doubles with each, and has an end. */
export function decideOnFailure(failure: DirectoryFailure, run: { restarts: number; fruitless: number }): FailureDecision {
  if (failure.kind === 'unauthorised') return fail('microsoft-refused', failure.message)
  if (failure.kind === 'consent-missing') return fail('consent-missing', explain(failure))
  if (failure.kind === 'rejected') return fail('microsoft-rejected', explain(failure))
  if (failure.kind === 'repeated-page' || failure.kind === 'endless-list') return fail(failure.kind, explain(failure))
  if (failure.kind === 'expired-page' || failure.kind === 'expired-changes') {
    return run.restarts < MOST_RESTARTS
      ? { kind: failure.kind === 'expired-page' ? 'restart' : 'resync' }
      : fail('listing-expired', 'Microsoft ended the listing early again and again. Try the import once more later.')
  }
  if (isGivingUp(run)) return fail(failure.kind === 'throttled' ? 'microsoft-throttled' : 'microsoft-unavailable', explain(failure))
  const wanted = failure.kind === 'throttled' ? failure.retryAfterSeconds : 0
  return { kind: 'postpone', seconds: Math.max(wanted, waitAfter(run)) }
}

/** The same for what is down on our side. */
export function decideOnOutage(service: string, run: { fruitless: number }): FailureDecision {
  if (isGivingUp(run)) return fail('temporarily-unavailable', `${service} did not answer for a long time. Try the import once more later.`)
  return { kind: 'postpone', seconds: waitAfter(run) }
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
      return `Microsoft Graph’s list does not end: it goes far beyond the ${told(failure.counted)} that the directory counts. Try again later.`
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

const told = (counted: number | null) => (counted === null ? 'users' : `${counted.toLocaleString('en')} users`)

/** In seconds: it doubles with every slice in a row that wrote nothing, so that giving up takes the better part of an hour. */
export function waitAfter(run: { fruitless: number }): number {
  return Math.min(2 ** Math.min(run.fruitless, 10), LONGEST_WAIT_SECONDS)
}

function fail(code: string, message: string): FailureDecision {
  return { kind: 'fail', failure: { code, message } }
}
