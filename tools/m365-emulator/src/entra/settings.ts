import { z } from 'zod'

/** Behaviour that public sources leave open, or that changed over the years. The default is the likelier one. */
export const EntraSettings = z.strictObject({
  /** Captures up to 2023 separate the parts of an error_description by line breaks, later ones by spaces. */
  descriptionSeparator: z.enum(['space', 'line-break']),
  /** Some errors lack error_uri: the lookup page does not know their number. */
  errorUri: z.boolean(),
  /** Refuses an `Origin` on a `web` redemption with 9002326; one report says that it is ignored. */
  refuseOriginOfWeb: z.boolean(),
  /** Number for a credential sent with a `spa` or native redirect URI; 90023 is the older one. */
  publicClientCredentialCode: z.union([z.literal(700025), z.literal(90023)]),
  /** A mismatched federated credential: one number for each part, or 70021 as in 2022. */
  federatedMismatch: z.enum(['by-part', 'one-code']),
  /** A failed client authentication invalidates the code, too; the retry's error names the verifier. */
  failedAuthenticationBurnsCode: z.boolean(),
  /**
   * The application's answer to Cancel and to the way back from the approval page. Bare as measured in August 2026;
   * older captures have 65004, with `access_denied` or `consent_required`, with and without `error_subcode`.
   */
  cancelAnswer: z.enum(['bare', 'described', 'described-with-subcode', 'consent-required']),
  /** When only an administrator may consent: the approval page with its way back, or the error page with 90094. */
  adminApproval: z.enum(['page', 'error-90094']),
  /** `sid` in every ID token, or only as the optional claim. */
  sidClaim: z.enum(['always', 'optional']),
  /** `amr` belongs to v1 tokens; some reports see it in v2 tokens. */
  amrClaim: z.boolean(),
  /** Replication delay: how long a new consent has no effect on tokens. */
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
