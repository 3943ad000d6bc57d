import { setTimeout as sleep } from 'node:timers/promises'

/** Repeats `work`, pausing after each round, until `signal` aborts. Errors go to `onError`. */
export async function repeatUntil(
  signal: AbortSignal,
  milliseconds: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
) {
  try {
    for (;;) {
      await sleep(milliseconds, undefined, { signal })
      await work().catch(onError)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
