import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'

/** Moves `performance.now`, by which the gateway's caches tell time, forward by milliseconds until the test ends. */
export function movableClock(): (milliseconds: number) => Promise<void> {
  const now = performance.now.bind(performance)
  let shift = 0
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + shift)
  onTestFinished(() => void spy.mockRestore())
  return async (milliseconds) => {
    shift += milliseconds
    await sleep(2) // lru-cache reads the clock once a millisecond
  }
}
