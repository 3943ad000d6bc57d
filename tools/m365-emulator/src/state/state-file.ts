import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { restoreSnapshot, takeSnapshot } from './snapshot.ts'

const SAVE_AFTER_MILLISECONDS = 300

/** The file is no state of this emulator; each line says where. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError'
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
}

/** Keeps what was registered or changed over a restart. */
export class StateFile {
  readonly #path: string
  readonly #cloud: Cloud
  #written = ''
  #planned: NodeJS.Timeout | undefined

  constructor(path: string, cloud: Cloud) {
    this.#path = path
    this.#cloud = cloud
  }

  /** @throws StateFileError */
  load(): void {
    if (!existsSync(this.#path)) return
    try {
      this.#written = readFileSync(this.#path, 'utf8')
      restoreSnapshot(this.#cloud, JSON.parse(this.#written))
    } catch (error) {
      const lines =
        error instanceof z.ZodError
          ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
          : [String(error)]
      throw new StateFileError(lines)
    }
  }

  /** Saves soon: several changes at once are one write. */
  changed(): void {
    this.#planned ??= setTimeout(() => this.save(), SAVE_AFTER_MILLISECONDS).unref()
  }

  save(): void {
    clearTimeout(this.#planned)
    this.#planned = undefined
    const state = `${JSON.stringify(takeSnapshot(this.#cloud), null, 1)}\n`
    if (state === this.#written) return
    mkdirSync(dirname(this.#path), { recursive: true })
    writeFileSync(`${this.#path}.new`, state, { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
    this.#written = state
  }
}
