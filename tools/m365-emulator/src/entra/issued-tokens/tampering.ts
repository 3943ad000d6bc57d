import { z } from 'zod'

/** How to tamper with the next ID token, so that a relying party's refusals can be tested. */
export const Tamper = z.strictObject({
  /** Applies to the next token for this application; without it, to the next token. */
  clientId: z.guid().toLowerCase().optional(),
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

  take(clientId: string): Tamper | undefined {
    const index = this.#queue.findIndex((tamper) => tamper.clientId === undefined || tamper.clientId === clientId)
    return index < 0 ? undefined : this.#queue.splice(index, 1)[0]
  }

  clear(): void {
    this.#queue = []
  }
}
