import type { RetryAfter } from '@jackfield/contract/http/retry-after'
import type { RunWait } from '@jackfield/contract/microsoft/sync-run'

/** Why Microsoft gave no answer. `words` are Microsoft's, shown to administrators; decisions use codes only. */
export type DirectoryFailure =
  /** `askedSeconds` exceeds `retryAfterSeconds` when the requested wait was too long to be obeyed. */
  | { kind: 'throttled'; retryAfterSeconds: number; askedSeconds?: number }
  /** `words` are our own. */
  | { kind: 'unavailable'; words?: string }
  /** `code` is OpenSSL's. */
  | { kind: 'untrusted-certificate'; host: 'Entra ID' | 'Microsoft Graph'; code: string }
  | { kind: 'expired-page' }
  /** A page link repeats. */
  | { kind: 'repeated-page' }
  /** A listing goes on far beyond `counted`, the directory's own count. */
  | { kind: 'endless-list'; counted: number | null }
  /** Microsoft no longer knows the delta link. */
  | { kind: 'expired-changes' }
  | { kind: 'unauthorised'; message: string }
  | { kind: 'consent-missing'; code?: string; words?: string }
  | { kind: 'rejected'; code: string; words?: string }

export function throttledFor({ seconds, asked }: RetryAfter): DirectoryFailure {
  return { kind: 'throttled', retryAfterSeconds: seconds, askedSeconds: asked }
}

/** `remedy`: what an administrator can do about it. */
export type RunFailure = { code: string; message: string; remedy?: string }

/** What a run does about a failure: restart the listing, run a full comparison instead, retry later, or fail. */
export type FailureDecision =
  | { kind: 'restart' }
  | { kind: 'resync' }
  | { kind: 'postpone'; seconds: number; reason: RunWait }
  | { kind: 'fail'; failure: RunFailure }

const MOST_RESTARTS = 3
const MOST_FRUITLESS_SLICES = 12
const LONGEST_WAIT_SECONDS = 300

/** `asked`: what Microsoft was asked for. `fruitless`: slices since the last committed page; each doubles the backoff. */
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
  const reason = WAITS[failure.kind]
  if (isGivingUp(run)) return fail(reason, told())
  const wanted = failure.kind === 'throttled' ? failure.retryAfterSeconds : 0
  return { kind: 'postpone', seconds: Math.max(wanted, waitAfter(run)), reason }
}

const WAITS = {
  throttled: 'microsoft-throttled',
  unavailable: 'microsoft-unavailable',
  'untrusted-certificate': 'certificate-untrusted',
} as const satisfies Record<string, RunWait>

/** The same for an outage of a service of ours. */
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
    case 'untrusted-certificate':
      return `${untrusted(failure)} ${UNTRUSTED_REMEDY}`
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

/** Not an outage: another hour changes nothing (FC-39). */
function untrusted({ host, code }: { host: string; code: string }): string {
  return `The certificate that came from the host of ${host} is not trusted (${code}).`
}
const UNTRUSTED_REMEDY =
  'Let whoever runs the platform look at proxies that inspect TLS, at NODE_EXTRA_CA_CERTS, and at the clock.'

const TEST = 'Test the connection of the account.'

/** What was asked, what Microsoft answered, and what to do; shown with failing runs and accounts (FC-34). */
function explainAsked(failure: DirectoryFailure, asked: string): { message: string; remedy: string } {
  const told = (what: string, remedy: string) => ({ message: `Microsoft was asked for ${asked}, and ${what}`, remedy })
  switch (failure.kind) {
    case 'throttled':
      return told('asks to send fewer requests.', 'Try again later.')
    case 'unavailable':
      return told('does not answer.', 'Try again later; see the service health of Microsoft 365 if it lasts.')
    case 'untrusted-certificate':
      return told(`gave no answer. ${untrusted(failure)}`, UNTRUSTED_REMEDY)
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

/** Microsoft's own code and words behind a sentence of ours. */
export function quoted({ code, words }: { code?: string; words?: string }): string {
  return `${code ? ` (${code})` : ''}${words ? `: “${words.replace(/\.$/, '')}”` : ''}`
}

/** Backoff in seconds, doubled by each fruitless slice: a run gives up after most of an hour. */
export function waitAfter(run: { fruitless: number }): number {
  return Math.min(2 ** Math.min(run.fruitless, 10), LONGEST_WAIT_SECONDS)
}

function fail(code: string, told: { message: string; remedy: string }): FailureDecision {
  return { kind: 'fail', failure: { code, ...told } }
}
