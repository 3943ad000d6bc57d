import type { Clock } from './clock.ts'
import type { UserProperty } from './user.ts'

export type UserChanged = { userId: string; properties: 'whole' | readonly UserProperty[] }

/** Every change of one kind of object, in order; a position in it is what a delta token remembers. */
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

  /** One past the last change that is at least this old. */
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

  /** Hears of every change from now on. */
  listen(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  at(position: number): Change | undefined {
    return this.#changes[position]?.change
  }
}

/** A change to a property that is not selected does not surface in a delta round. */
export function touches({ properties }: UserChanged, selected: ReadonlySet<string>): boolean {
  return properties === 'whole' || properties.some((property) => selected.has(property))
}
