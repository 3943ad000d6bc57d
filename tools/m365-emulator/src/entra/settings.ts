import { z } from 'zod'

/** Behaviour that public sources leave open, or that changed over the years. The default is the likelier one. */
export const EntraSettings = z.strictObject({
  /** Captures up to 2023 separate the parts of an error_description by line breaks, later ones by spaces. */
  descriptionSeparator: z.enum(['space', 'line-break']),
  /** Numbers that the lookup page does not know: their errors come without error_uri (captured August 2026). */
  withoutErrorUri: z.array(z.number().int()),
  /** 9002326 for an `Origin` on a `web` redemption; one report says that it is ignored. */
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
  /** An application that is not in the directory yet: 7000229 since 2025, a token without `roles` before. */
  missingServicePrincipal: z.enum(['error-7000229', 'token']),
  /** 9002325 is told once the person has signed in and consented (reports of 2023 and 2025), or at once. */
  pkceRefusal: z.enum(['after-sign-in', 'at-once']),
  /** 50105 goes back to the application (a capture of 2020), or stays on the error page. */
  notAssigned: z.enum(['redirect', 'page']),
  /**
   * A declined admin consent: v1 as in a capture of another refusal (February 2023: `access_denied`,
   * `admin_consent=True`), v2 without `tenant`; or both as the documents have them.
   */
  adminConsentRefusal: z.enum(['captured', 'documented']),
  /** Logout asks which account unless `logout_hint` names it (documented), or only when there are several. */
  logoutPicker: z.enum(['without-hint', 'several-accounts']),
  /** Pages that may redeem a code of the platform `spa`: of any origin, or of the redirect URI's alone. */
  redeemingOrigin: z.enum(['any', 'redirect-uri']),
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
  withoutErrorUri: [70003, 700038, 500116],
  refuseOriginOfWeb: true,
  publicClientCredentialCode: 700025,
  federatedMismatch: 'by-part',
  failedAuthenticationBurnsCode: true,
  cancelAnswer: 'bare',
  adminApproval: 'page',
  missingServicePrincipal: 'error-7000229',
  pkceRefusal: 'after-sign-in',
  notAssigned: 'redirect',
  adminConsentRefusal: 'captured',
  logoutPicker: 'without-hint',
  redeemingOrigin: 'any',
  sidClaim: 'always',
  amrClaim: false,
  consentDelayMs: 0,
}
