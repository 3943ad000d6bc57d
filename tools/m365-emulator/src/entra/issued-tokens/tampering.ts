import { z } from 'zod'

/** How the next ID token is spoiled, so that a relying party can be tested against what it must refuse. */
export const Tamper = z.strictObject({
  /** Only tokens for this application; otherwise the next one for anybody. */
  clientId: z.guid().toLowerCase().optional(),
  /** Set these claims; null removes one. */
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
