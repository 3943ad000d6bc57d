import { z } from 'zod'

const count = z.number().int().min(1)

/** What happens to the request or its answer. */
const Effect = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('refuse'),
    status: z.number().int().min(400).max(599),
    /** Graph's `error.code`; default: the usual one of the status. */
    code: z.string().optional(),
    /** Graph's `error.message`. */
    message: z.string().optional(),
    /**
     * The Retry-After header: seconds (a fraction was captured once), an HTTP date, or any text. Without it the header
     * is left out.
     */
    retryAfter: z.union([z.number().min(0), z.string(), z.strictObject({ dateIn: z.number().int() })]).optional(),
  }),
  /** A refusal of Entra ID by its number; at authorize it goes to the application, or stays on the error page. */
  z.strictObject({
    kind: z.literal('aadsts'),
    code: z.number().int().min(1),
    error: z.string().optional(),
    text: z.string().optional(),
    suberror: z.string().optional(),
    claims: z.string().optional(),
    status: z.number().int().min(400).max(599).optional(),
    at: z.enum(['application', 'page']).default('application'),
  }),
  /** Graph wants a token that satisfies these claims (continuous access evaluation). */
  z.strictObject({
    kind: z.literal('claims-challenge'),
    claims: z.string().default('{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'),
  }),
  /** An answer that is no document of Graph: a proxy's page, or an empty body. */
  z.strictObject({
    kind: z.literal('foreign-answer'),
    status: z.number().int().min(200).max(599),
    body: z.string().default('<!doctype html><title>Blocked</title><h1>Blocked by your organisation</h1>'),
  }),
  /** The token counts as revoked, whatever its lifetime. */
  z.strictObject({ kind: z.literal('token-revoked') }),
  z.strictObject({ kind: z.literal('page-token-expired') }),
  /** Sources differ on the form; 410-resync has the address of a fresh start. */
  z.strictObject({ kind: z.literal('delta-token-expired'), form: z.enum(['400', '410', '410-resync']).default('400') }),
  z.strictObject({ kind: z.literal('slow'), milliseconds: z.number().int().min(0) }),
  /** Closes the connection in the middle of the body. */
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({ kind: z.literal('malformed') }),
  /** A page without items, whose nextLink leads to the items. */
  z.strictObject({ kind: z.literal('empty-page') }),
  /** The nextLink leads to the same page, or to the first one. */
  z.strictObject({ kind: z.literal('repeated-link'), to: z.enum(['self', 'first']).default('self') }),
  z.strictObject({ kind: z.literal('repeated-items') }),
  z.strictObject({ kind: z.literal('reversed-items') }),
  /**
   * Replaces this property in every item that has it (Graph once sent `accountEnabled: null`), at Entra this member of
   * the document.
   */
  z.strictObject({ kind: z.literal('odd-property'), property: z.string(), value: z.json() }),
])

export const Fault = z.strictObject({
  /** Regular expression for the path without its query, such as `^/v1\.0/users$`. */
  path: z.string().refine(isRegularExpression, 'must be a regular expression'),
  /** Only requests about this directory, by id or domain; at Graph the token names it. */
  directory: z.string().optional(),
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']).optional(),
  /** Number of matching requests that pass first. */
  after: z.number().int().min(0).default(0),
  /** Number of requests to hit; default: all. */
  count: count.optional(),
  /** Share of the matching requests to hit, drawn from the seed. */
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
