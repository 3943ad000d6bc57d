import { z } from 'zod'

const count = z.number().int().min(1)

/** What happens instead of, or to, the true answer. */
const Effect = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('refuse'),
    status: z.number().int().min(400).max(599),
    /** Graph's `error.code`; the usual one of the status when left out. */
    code: z.string().optional(),
    /** Graph's `error.message`. */
    message: z.string().optional(),
    /**
     * Seconds, with a fraction as once captured or without; an HTTP date; the header as it is. Without it there is
     * none.
     */
    retryAfter: z.union([z.number().min(0), z.string(), z.strictObject({ dateIn: z.number().int() })]).optional(),
  }),
  /** What is no document of Graph's: a proxy's page, or with an empty body nothing. */
  z.strictObject({
    kind: z.literal('foreign-answer'),
    status: z.number().int().min(200).max(599),
    body: z.string().default('<!doctype html><title>Blocked</title><h1>Blocked by your organisation</h1>'),
  }),
  /** The token is taken as revoked, whatever its lifetime. */
  z.strictObject({ kind: z.literal('token-revoked') }),
  z.strictObject({ kind: z.literal('page-token-expired') }),
  /** Sources differ on the form; 410 comes with the address of a fresh start. */
  z.strictObject({ kind: z.literal('delta-token-expired'), form: z.enum(['400', '410', '410-resync']).default('400') }),
  z.strictObject({ kind: z.literal('slow'), milliseconds: z.number().int().min(0) }),
  /** The connection ends in the middle of the body. */
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({ kind: z.literal('malformed') }),
  /** No items, and a nextLink that brings what this page should have. */
  z.strictObject({ kind: z.literal('empty-page') }),
  /** The nextLink leads to the same page again, or to the first one. */
  z.strictObject({ kind: z.literal('repeated-link'), to: z.enum(['self', 'first']).default('self') }),
  z.strictObject({ kind: z.literal('repeated-items') }),
  z.strictObject({ kind: z.literal('reversed-items') }),
  /**
   * Every item of the page that has the property has this in its place, as `null` where Graph once told no
   * `accountEnabled`.
   */
  z.strictObject({ kind: z.literal('odd-property'), property: z.string(), value: z.json() }),
])

export const Fault = z.strictObject({
  /** Regular expression on the path without its query, such as `^/v1\.0/users$`. */
  path: z.string().refine(isRegularExpression, 'must be a regular expression'),
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']).optional(),
  /** So many matching requests pass before it begins. */
  after: z.number().int().min(0).default(0),
  /** So many requests meet it; every one when left out. */
  count: count.optional(),
  /** Of the requests it is for, the share that meets it, drawn from the seed. */
  share: z.number().gt(0).max(1).default(1),
  seed: z.number().int().default(1),
  effect: Effect,
})
export type FaultInput = z.input<typeof Fault>
export type FaultEffect = z.output<typeof Effect>

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
