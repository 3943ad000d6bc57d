import type { UserProperty } from './user.ts'

export type Change = { userId: string; properties: 'whole' | readonly UserProperty[] }

/** Every change of a directory's users in order; a position in it is what a delta token remembers. */
export class ChangeLog {
  readonly #changes: Change[] = []
  #listener: ((change: Change) => void) | undefined

  get end(): number {
    return this.#changes.length
  }

  append(change: Change): void {
    this.#changes.push(change)
    this.#listener?.(change)
  }

  /** Hears of every change from now on. */
  listen(listener: (change: Change) => void): void {
    this.#listener = listener
  }

  at(position: number): Change | undefined {
    return this.#changes[position]
  }
}

/** A change to a property that is not selected does not surface in a delta round. */
export function touches(change: Change, selected: ReadonlySet<string>): boolean {
  return change.properties === 'whole' || change.properties.some((property) => selected.has(property))
}
