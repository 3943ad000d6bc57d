import type { LoadAnswer } from '@jackfield/test-environment/steady-load'
import type { FailureEvent } from './events.ts'
import type { Losses } from './ledger.ts'
import type { Load } from './load.ts'

export type KindFigures = {
  kind: string
  asked: number
  failed: number
  /** Longest time without any success while requests were made, in seconds; 0 without a failure. */
  outageSeconds: number
  /** From the end of the cause to the last failure, in seconds. */
  recoverySeconds: number
}

/** What one event did. */
export type EventFigures = {
  event: FailureEvent
  kinds: KindFigures[]
  /** How failures looked. */
  faults: string[]
  lost: Losses & { imports: number; sessions: number }
  /** From its request to its end, in seconds; NaN while it runs. */
  importSeconds: number
  died: string[]
}

const isFailure = ({ status }: LoadAnswer) => status !== 200

/** What failed of each kind between two times of `performance.now()`, where the cause was over at `over`. */
export function measure(load: Load, [from, over, to]: readonly [number, number, number]): KindFigures[] {
  return load.kinds.map((kind) => {
    const answers = load.answersOf(kind, from, to).toSorted((one, other) => one.askedAt - other.askedAt)
    const failures = answers.filter(isFailure)
    const last = failures.at(-1)
    return {
      kind,
      asked: answers.length,
      failed: failures.length,
      outageSeconds: longestOutage(answers) / 1_000,
      recoverySeconds: last ? Math.max(0, last.askedAt - over) / 1_000 : 0,
    }
  })
}

/** Between the first failure in a row and the next success; a single failure among successes is one interval. */
function longestOutage(answers: readonly LoadAnswer[]): number {
  let longest = 0
  let since: number | undefined
  for (const answer of answers) {
    if (isFailure(answer)) since ??= answer.askedAt
    else if (since !== undefined) {
      longest = Math.max(longest, answer.askedAt - since)
      since = undefined
    }
  }
  const end = answers.at(-1)
  return since === undefined || !end ? longest : Math.max(longest, end.askedAt - since)
}

/** Whether nothing failed since then, although every kind was asked. */
export function isQuiet(load: Load, since: number): boolean {
  return load.kinds.every((kind) => {
    const answers = load.answersOf(kind, since, Number.POSITIVE_INFINITY)
    return answers.length > 0 && !answers.some(isFailure)
  })
}
