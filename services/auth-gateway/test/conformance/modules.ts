/*
 * Modules of the OpenID conformance suite, by their names there (openid-certification/conformance-suite, plans of
 * August 2026). Nothing of the suite itself is here. A module is either the name of a test in this folder or the one
 * above it, or has no meaning here.
 */

const BASIC_RP = `oidcc-client-test oidcc-client-test-invalid-iss oidcc-client-test-missing-sub oidcc-client-test-invalid-aud
  oidcc-client-test-missing-iat oidcc-client-test-kid-absent-single-jwks oidcc-client-test-kid-absent-multiple-jwks
  oidcc-client-test-idtoken-sig-rs256 oidcc-client-test-idtoken-sig-none oidcc-client-test-invalid-sig-rs256
  oidcc-client-test-userinfo-bearer-header oidcc-client-test-userinfo-bearer-body oidcc-client-test-userinfo-invalid-sub
  oidcc-client-test-nonce-invalid oidcc-client-test-scope-userinfo-claims oidcc-client-test-client-secret-basic`
const CONFIG_RP = `oidcc-client-test-discovery-openid-config oidcc-client-test-discovery-jwks-uri-keys
  oidcc-client-test-discovery-issuer-mismatch oidcc-client-test-idtoken-sig-none
  oidcc-client-test-signing-key-rotation-just-before-signing oidcc-client-test-signing-key-rotation`
const OTHER_RP = `oidcc-client-test-3rd-party-init-login oidcc-client-test-aggregated-claims oidcc-client-test-discovery-webfinger-acct
  oidcc-client-test-discovery-webfinger-url oidcc-client-test-distributed-claims oidcc-client-test-dynamic-registration
  oidcc-client-test-form-post-error oidcc-client-test-invalid-athash oidcc-client-test-invalid-chash oidcc-client-test-invalid-sig-es256
  oidcc-client-test-invalid-sig-hs256 oidcc-client-test-missing-athash oidcc-client-test-missing-aud oidcc-client-test-missing-chash
  oidcc-client-test-mtls-endpoint-aliases oidcc-client-test-nonce-unless-code-flow oidcc-client-test-refresh-token
  oidcc-client-test-refresh-token-invalid-issuer oidcc-client-test-refresh-token-invalid-sub oidcc-client-test-request-uri-signed-none
  oidcc-client-test-request-uri-signed-rs256 oidcc-client-test-rp-backchannel-rpinitlogout
  oidcc-client-test-rp-backchannel-rpinitlogout-alg-none oidcc-client-test-rp-backchannel-rpinitlogout-no-event
  oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg
  oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event
  oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss oidcc-client-test-rp-frontchannel-opinitlogout
  oidcc-client-test-rp-frontchannel-rpinitlogout oidcc-client-test-rp-init-logout oidcc-client-test-rp-init-logout-no-state
  oidcc-client-test-rp-init-logout-other-state oidcc-client-test-session-management oidcc-client-test-userinfo-signed`
const BASIC_OP = `oidcc-server oidcc-response-type-missing oidcc-idtoken-signature oidcc-idtoken-unsigned oidcc-userinfo-get
  oidcc-userinfo-post-header oidcc-userinfo-post-body oidcc-ensure-request-without-nonce-succeeds-for-code-flow oidcc-scope-profile
  oidcc-scope-email oidcc-scope-address oidcc-scope-phone oidcc-scope-all oidcc-alternate-happy-flow oidcc-display-page oidcc-display-popup
  oidcc-prompt-login oidcc-prompt-none-not-logged-in oidcc-prompt-none-logged-in oidcc-max-age-1 oidcc-max-age-10000
  oidcc-ensure-request-with-unknown-parameter-succeeds oidcc-id-token-hint oidcc-login-hint oidcc-ui-locales oidcc-claims-locales
  oidcc-ensure-request-with-acr-values-succeeds oidcc-codereuse oidcc-codereuse-30seconds oidcc-ensure-registered-redirect-uri
  oidcc-ensure-post-request-succeeds oidcc-server-client-secret-post
  oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
  oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported oidcc-claims-essential
  oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-request-with-valid-pkce-succeeds`
const CONFIG_OP = 'oidcc-discovery-endpoint-verification'
const RP_INITIATED_LOGOUT_OP = `oidcc-rp-initiated-logout-discovery-endpoint-verification oidcc-rp-initiated-logout
  oidcc-rp-initiated-logout-bad-post-logout-redirect-uri oidcc-rp-initiated-logout-modified-id-token-hint
  oidcc-rp-initiated-logout-no-id-token-hint oidcc-rp-initiated-logout-no-params oidcc-rp-initiated-logout-no-post-logout-redirect-uri
  oidcc-rp-initiated-logout-no-state oidcc-rp-initiated-logout-only-state
  oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri oidcc-rp-initiated-logout-bad-id-token-hint`
const BACK_CHANNEL_LOGOUT_OP =
  'oidcc-backchannel-logout-discovery-endpoint-verification oidcc-backchannel-rp-initiated-logout'

const namesOf = (list: string) => list.split(/\s+/)

/** Form Post Basic repeats the modules of Basic with answers by form. */
export const MODULES: ReadonlySet<string> = new Set(
  [BASIC_RP, CONFIG_RP, OTHER_RP, BASIC_OP, CONFIG_OP, RP_INITIATED_LOGOUT_OP, BACK_CHANNEL_LOGOUT_OP].flatMap(namesOf),
)

/** Why a module has no meaning here; `not-applicable.test.ts` shows what is there in its place. */
export const NOT_APPLICABLE = {
  'no userinfo at Microsoft is asked: the verified ID token alone says who it is': `oidcc-client-test-userinfo-bearer-header
    oidcc-client-test-userinfo-bearer-body oidcc-client-test-userinfo-signed oidcc-client-test-scope-userinfo-claims
    oidcc-client-test-aggregated-claims oidcc-client-test-distributed-claims`,
  'the issuer is configured: nothing is looked up or registered': `oidcc-client-test-discovery-webfinger-acct
    oidcc-client-test-discovery-webfinger-url oidcc-client-test-dynamic-registration`,
  'Microsoft is asked with response type code, no request object and no offline access': `oidcc-client-test-invalid-chash
    oidcc-client-test-missing-chash oidcc-client-test-missing-athash oidcc-client-test-request-uri-signed-none
    oidcc-client-test-request-uri-signed-rs256 oidcc-client-test-refresh-token oidcc-client-test-refresh-token-invalid-issuer
    oidcc-client-test-refresh-token-invalid-sub oidcc-client-test-session-management`,
  'the secret goes in the body, where Entra ID takes it; there is no mutual TLS':
    'oidcc-client-test-client-secret-basic oidcc-client-test-mtls-endpoint-aliases',
  'Entra ID has no back-channel logout: there is no endpoint to call': `oidcc-client-test-rp-backchannel-rpinitlogout
    oidcc-client-test-rp-backchannel-rpinitlogout-alg-none oidcc-client-test-rp-backchannel-rpinitlogout-no-event
    oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg
    oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event
    oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss`,
  'signing out here leaves the session at Microsoft, which other programs use': `oidcc-client-test-rp-frontchannel-rpinitlogout
    oidcc-client-test-rp-init-logout oidcc-client-test-rp-init-logout-no-state oidcc-client-test-rp-init-logout-other-state`,
  'a sign-in starts at an app of the catalogue, not at a third party': 'oidcc-client-test-3rd-party-init-login',
  'ID tokens are signed with RS256 or ES256: no app registers none': 'oidcc-idtoken-unsigned',
} as const
export type Reason = keyof typeof NOT_APPLICABLE

export const modulesOf = (reason: Reason): string[] => namesOf(NOT_APPLICABLE[reason])
