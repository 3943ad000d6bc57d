/** Time that a test can push forward: codes, tokens and secrets then expire without waiting. */
export class Clock {
  #offset = 0

  now(): number {
    return Date.now() + this.#offset
  }

  date(): Date {
    return new Date(this.now())
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds
  }
}
