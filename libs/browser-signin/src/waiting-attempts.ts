import type { Attempt } from './attempt.ts'

/** Also in `bridge.js`: the channel's name, and the key in this tab's storage, is this and the request's `state`. */
export const PREFIX = 'jackfield-sign-in:'
/** As long as the gateway keeps a sign-in. */
export const LONGEST = 600_000

type Waiting = Attempt & { returnTo: string; startedAt: number; answer?: string }

/** A sign-in by redirect waits in this tab's own storage until its answer is there. */
export function keepWaiting(attempt: Attempt, returnTo: string): void {
  const waiting: Waiting = { ...attempt, returnTo, startedAt: Date.now() }
  sessionStorage.setItem(PREFIX + attempt.state, JSON.stringify(waiting))
}

/** Takes the app's answered attempt out of the storage, and old ones with it. */
export function takeAnswered(clientId: string): { attempt: Attempt; answer: string } | undefined {
  let found: { attempt: Attempt; answer: string } | undefined
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const { answer, ...attempt } = JSON.parse(sessionStorage.getItem(key) ?? '{}') as Waiting
    const isFresh = Date.now() - attempt.startedAt < LONGEST
    if (isFresh && (answer === undefined || attempt.clientId !== clientId)) continue
    sessionStorage.removeItem(key)
    if (isFresh && answer !== undefined) found = { attempt, answer }
  }
  return found
}
