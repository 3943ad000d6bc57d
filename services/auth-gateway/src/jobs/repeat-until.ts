import { setTimeout as sleep } from 'node:timers/promises'

/** Does `work` again and again, each time so long after the last has ended, until the signal. What it throws goes to `onError`. */
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
