import type { Clock } from './clock.ts'
import type { UserProperty } from './user.ts'

export type UserChanged = {
  userId: string
  properties: 'whole' | readonly UserProperty[]
  /** The user came back from the recycle bin. */
  isRestored?: boolean
}

/** All changes of one kind of object, in order. A delta token holds a position in it. */
export class ChangeLog<Change> {
  readonly #changes: { change: Change; at: number }[] = []
  readonly #listeners: ((change: Change) => void)[] = []
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get end(): number {
    return this.#changes.length
  }

  /** The position after the last change that is at least `milliseconds` old. */
  endBefore(milliseconds: number): number {
    const until = this.#clock.now() - milliseconds
    let end = this.#changes.length
    while (end > 0 && (this.#changes[end - 1]?.at ?? 0) > until) end--
    return end
  }

  append(change: Change): void {
    this.#changes.push({ change, at: this.#clock.now() })
    for (const listener of this.#listeners) listener(change)
  }

  /** Calls the listener for every later change. */
  listen(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  at(position: number): Change | undefined {
    return this.#changes[position]?.change
  }
}

/** Whether a delta round with this `$select` shows the change. */
export function touches({ properties }: UserChanged, selected: ReadonlySet<string>): boolean {
  return properties === 'whole' || properties.some((property) => selected.has(property))
}
