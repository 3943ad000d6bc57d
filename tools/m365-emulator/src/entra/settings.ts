import { z } from 'zod'

/**
 * Behaviour that the public sources do not settle, or that has changed over the years: each is the likelier way unless
 * switched.
 */
export const EntraSettings = z.strictObject({
  /** Captures up to 2023 separate the parts of an error_description by line breaks, later ones by spaces. */
  descriptionSeparator: z.enum(['space', 'line-break']),
  /** Some errors come without error_uri: numbers that the lookup page does not know. */
  errorUri: z.boolean(),
  /** 9002326 for an `Origin` on a `web` redemption; one report says that it is ignored. */
  refuseOriginOfWeb: z.boolean(),
  /** A credential sent for a `spa` or native redirect URI: the older number was 90023. */
  publicClientCredentialCode: z.union([z.literal(700025), z.literal(90023)]),
  /** A federated credential that does not match: a number for each part, or 70021 of 2022. */
  federatedMismatch: z.enum(['by-part', 'one-code']),
  /** A failed client authentication ends the code as well; the retry hears of the verifier. */
  failedAuthenticationBurnsCode: z.boolean(),
  /**
   * What the application gets for Cancel and for returning from the approval page. Measured in August 2026: bare. Older
   * captures name 65004, with `access_denied` or `consent_required`, with and without `error_subcode`.
   */
  cancelAnswer: z.enum(['bare', 'described', 'described-with-subcode', 'consent-required']),
  /**
   * A consent that only an administrator may give: the approval page with its way back, or the error page with 90094.
   */
  adminApproval: z.enum(['page', 'error-90094']),
  /** `sid` in every ID token, or only as the optional claim. */
  sidClaim: z.enum(['always', 'optional']),
  /** `amr` belongs to v1 tokens; some v2 tokens are said to carry it. */
  amrClaim: z.boolean(),
  /** How long a new consent stays without effect on tokens (replication). */
  consentDelayMs: z.number().int().min(0),
})
export type EntraSettings = z.infer<typeof EntraSettings>

export const USUAL_ENTRA_SETTINGS: EntraSettings = {
  descriptionSeparator: 'space',
  errorUri: true,
  refuseOriginOfWeb: true,
  publicClientCredentialCode: 700025,
  federatedMismatch: 'by-part',
  failedAuthenticationBurnsCode: true,
  cancelAnswer: 'bare',
  adminApproval: 'page',
  sidClaim: 'always',
  amrClaim: false,
  consentDelayMs: 0,
}
