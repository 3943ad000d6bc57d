import type { Attempt } from './attempt.ts'

/**
 * Prefix of the channel's name and of the key in the tab's storage, followed by the request's `state`. Repeated in
 * `bridge.js`.
 */
export const PREFIX = 'jackfield-sign-in:'
/** The lifetime of a pending login at the gateway. */
export const LIFETIME_MS = 600_000

type PendingAttempt = Attempt & { returnTo: string; startedAt: number; answer?: string }

/** Stores a sign-in by redirect in the tab's storage until its answer is there. */
export function storePending(attempt: Attempt, returnTo: string): void {
  const pending: PendingAttempt = { ...attempt, returnTo, startedAt: Date.now() }
  sessionStorage.setItem(PREFIX + attempt.state, JSON.stringify(pending))
}

/** Takes the app's answered attempt out of the storage, and removes expired ones. */
export function takeAnswered(clientId: string): { attempt: Attempt; answer: string } | undefined {
  let found: { attempt: Attempt; answer: string } | undefined
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const { answer, ...attempt } = JSON.parse(sessionStorage.getItem(key) ?? '{}') as PendingAttempt
    const isFresh = Date.now() - attempt.startedAt < LIFETIME_MS
    if (isFresh && (answer === undefined || attempt.clientId !== clientId)) continue
    sessionStorage.removeItem(key)
    if (isFresh && answer !== undefined) found = { attempt, answer }
  }
  return found
}
