import { z } from 'zod'
import { type Directory, isNamed } from '../../directory/directory.ts'

/** How to tamper with the next ID token, so that a relying party's refusals can be tested. */
export const Tamper = z.strictObject({
  /** Applies to the next token for this application; without it, to the next token. */
  clientId: z.guid().toLowerCase().optional(),
  /** Only the next token of this directory, by id or domain. */
  directory: z.string().toLowerCase().optional(),
  /** Claims to set; null removes a claim. */
  claims: z.record(z.string(), z.json()).default({}),
  header: z.record(z.string(), z.json()).default({}),
  sign: z
    .enum(['normal', 'unpublished-key', 'personal-key', 'none', 'hs256-public-pem', 'hs256-jwk', 'broken'])
    .default('normal'),
})
export type Tamper = z.output<typeof Tamper>
export type TamperInput = z.input<typeof Tamper>

export class Tampering {
  #queue: Tamper[] = []

  next(tamper: TamperInput): void {
    this.#queue.push(Tamper.parse(tamper))
  }

  take(clientId: string, directory: Directory): Tamper | undefined {
    const index = this.#queue.findIndex(
      (tamper) =>
        (tamper.clientId ?? clientId) === clientId &&
        (tamper.directory === undefined || isNamed(directory, tamper.directory)),
    )
    return index < 0 ? undefined : this.#queue.splice(index, 1)[0]
  }

  /** Forgets all, or what was meant for one directory alone. */
  clear(directory?: Directory): void {
    this.#queue = this.#queue.filter((tamper) => directory !== undefined && !isNamed(directory, tamper.directory))
  }
}
