/** A clock that tests can advance, so that codes, tokens and secrets expire without waiting. */
export class Clock {
  readonly #base: { now(): number }
  #offset = 0

  /** The clock of one directory goes with the clock of all, and is ahead of it by what it was advanced alone. */
  constructor(base: { now(): number } = Date) {
    this.#base = base
  }

  now(): number {
    return this.#base.now() + this.#offset
  }

  date(): Date {
    return new Date(this.now())
  }

  get isAhead(): boolean {
    return this.#offset > 0
  }

  reset(): void {
    this.#offset = 0
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds
  }
}
