import { setInterval as every } from 'node:timers/promises'

/** Does `work` again and again, never twice at once, until the signal. What it throws goes to `onError`. */
export async function repeatUntil(
  signal: AbortSignal,
  milliseconds: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
) {
  try {
    for await (const _ of every(milliseconds, undefined, { signal })) await work().catch(onError)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
