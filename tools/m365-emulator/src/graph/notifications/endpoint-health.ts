import type { Clock } from '../../directory/clock.ts'

const WINDOW = 10 * 60_000
const ENOUGH_ANSWERS = 10

/**
 * Graph's rule per address and ten-minute window: above 10 % late answers, new notifications are delayed; above 15 %,
 * they are dropped for good. Counts by address, over all subscriptions.
 */
export class EndpointHealth {
  readonly #clock: Clock
  readonly #windows = new Map<string, { since: number; answers: number; late: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(address: string, isLate: boolean): void {
    const window = this.#current(address)
    window.answers++
    if (isLate) window.late++
  }

  clear(): void {
    this.#windows.clear()
  }

  state(address: string): 'good' | 'slow' | 'drop' {
    const { answers, late } = this.#current(address)
    if (answers < ENOUGH_ANSWERS) return 'good'
    return late / answers > 0.15 ? 'drop' : late / answers > 0.1 ? 'slow' : 'good'
  }

  #current(address: string) {
    const now = this.#clock.now()
    const known = this.#windows.get(address)
    if (known && now - known.since < WINDOW) return known
    const window = { since: now, answers: 0, late: 0 }
    this.#windows.set(address, window)
    return window
  }
}
