/** A clock that tests can advance, so that codes, tokens and secrets expire without waiting. */
export class Clock {
  #offset = 0

  now(): number {
    return Date.now() + this.#offset
  }

  date(): Date {
    return new Date(this.now())
  }

  reset(): void {
    this.#offset = 0
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds
  }
}
