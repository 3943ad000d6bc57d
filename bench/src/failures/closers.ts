type Step = () => Promise<unknown>

/** Ends the parts of an installation, the last first, at any moment of its start. */
export class Closers {
  readonly #steps: Step[] = []
  #ending: Promise<void> | undefined

  /** @throws when the installation is being ended; then the new part is ended, too */
  async add(step: Step): Promise<void> {
    if (!this.#ending) return void this.#steps.push(step)
    await step()
    throw new Error('The installation was abandoned.')
  }

  end(): Promise<void> {
    this.#ending ??= this.#run()
    return this.#ending
  }

  async #run(): Promise<void> {
    // A store that is down cannot be stopped.
    for (const step of this.#steps.toReversed()) await step().catch(() => undefined)
  }
}
