export type Values = Readonly<Record<string, string>>

/** A refusal by number; `values` fill the text, `error` and `text` override the usual ones. */
export type Refusal = {
  code: number
  values?: Values
  error?: string
  suberror?: string
  /** A claims challenge: JSON that the application repeats at authorize. */
  claims?: string
  text?: string
}

type Entry = readonly [error: string, text: string]

/** Each number's usual OAuth error and text. The wording is close to Microsoft's, which may change at any time. */
const CATALOGUE: Readonly<Record<number, Entry>> = {
  16000: [
    'interaction_required',
    "User account '{user}' does not exist in tenant '{tenant}' and cannot access the application '{app}' in that tenant.",
  ],
  50011: [
    'invalid_request',
    "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application '{app}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this.",
  ],
  50020: [
    'invalid_request',
    "User account '{user}' from identity provider '{idp}' does not exist in tenant '{tenant}' and cannot access the application '{app}' in that tenant. The account needs to be added as an external user in the tenant first.",
  ],
  50013: [
    'invalid_client',
    'Assertion failed signature validation. Key was not found or the signature does not match.',
  ],
  50027: ['invalid_request', 'JWT token is invalid or malformed.'],
  50048: ['invalid_client', 'Subject must match Issuer claim in the client assertion.'],
  50059: [
    'invalid_request',
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ],
  50076: [
    'interaction_required',
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{app}'.",
  ],
  53003: [
    'interaction_required',
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
  ],
  50105: [
    'interaction_required',
    "Your administrator has configured the application {name} ('{app}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{user}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.",
  ],
  50166: ['invalid_client', "Request to External OIDC endpoint failed. Issuer: '{issuer}'."],
  50057: ['invalid_grant', 'The user account is disabled.'],
  50058: ['login_required', 'A silent sign-in request was sent but no user is signed in.'],
  50126: ['invalid_grant', 'Error validating credentials due to invalid username or password.'],
  50173: [
    'invalid_grant',
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  ],
  50194: [
    'invalid_request',
    "Application '{app}'({name}) is not configured as a multi-tenant application. Usage of the /{authority} endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  ],
  54005: [
    'invalid_grant',
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ],
  65001: [
    'invalid_grant',
    "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. Send an interactive authorization request for this user and resource.",
  ],
  65004: ['access_denied', 'User declined to consent to access the app.'],
  70000: ['invalid_grant', 'Provided grant is invalid or malformed.'],
  70003: ['unsupported_grant_type', "The app requested an unsupported grant type '{grant}'."],
  70007: ['unsupported_response_type', "'{mode}' is not a supported value for the parameter 'response_mode'."],
  70008: [
    'invalid_grant',
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ],
  650053: [
    'invalid_client',
    "The application '{app}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the app vendor.",
  ],
  70011: [
    'invalid_scope',
    "The provided value for the input parameter 'scope' is not valid. The scope '{scope}' is not valid.",
  ],
  500112: [
    'invalid_client',
    "The reply address '{uri}' does not match the reply address '{expected}' provided when requesting Authorization code.",
  ],
  500011: [
    'invalid_resource',
    'The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  ],
  500113: ['invalid_request', 'No reply address is registered for the application.'],
  501481: [
    'invalid_grant',
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ],
  501491: ['invalid_request', 'Invalid size of Code_Challenge parameter.'],
  700005: ['invalid_grant', 'Provided Authorization Code is intended to use against other tenant, thus rejected.'],
  700016: [
    'unauthorized_client',
    "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  ],
  70016: ['authorization_pending', 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'],
  70020: ['bad_verification_code', "The provided value for the input parameter 'device_code' is not valid."],
  70021: [
    'invalid_request',
    "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: '{audience}'.",
  ],
  700021: ['invalid_client', "Client assertion application identifier doesn't match 'client_id' parameter."],
  700023: ['invalid_client', 'Client assertion audience claim does not match Realm issuer.'],
  700024: [
    'invalid_client',
    'Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}.',
  ],
  700211: ['invalid_client', "No matching federated identity record found for presented assertion issuer '{issuer}'."],
  700212: [
    'invalid_client',
    "No matching federated identity record found for presented assertion audience '{audience}'.",
  ],
  700213: [
    'invalid_client',
    "No matching federated identity record found for presented assertion subject '{subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  ],
  700222: ['invalid_client', 'AAD-issued tokens may not be used for federated identity flows.'],
  700025: ['invalid_client', "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."],
  700027: [
    'invalid_client',
    "Client assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}']",
  ],
  700038: ['unauthorized_client', '{app} is not a valid application identifier.'],
  700054: ['unsupported_response_type', "response_type '{type}' is not enabled for the application."],
  700084: [
    'invalid_grant',
    'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.',
  ],
  90002: [
    'invalid_request',
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  ],
  90014: [
    'invalid_request',
    "The required field '{name}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
  ],
  90023: ['invalid_request', "Public clients can't send a client secret."],
  90038: ['invalid_request', "Tenant '{tenant}' request is being redirected to the National Cloud '{cloud}'."],
  90094: [
    'access_denied',
    "Admin consent is required for the permissions requested by application '{app}'. An administrator of '{tenant}' has to grant them.",
  ],
  900382: ['invalid_client', 'Confidential Client is not supported in Cross Cloud request.'],
  900023: [
    'invalid_request',
    "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
  ],
  900144: ['invalid_request', "The request body must contain the following parameter: '{name}'."],
  900561: ['invalid_request', 'The endpoint only accepts POST requests. Received a {method} request.'],
  901002: ['invalid_request', "The 'resource' request parameter is not supported."],
  1002012: [
    'invalid_scope',
    'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  ],
  7000112: ['unauthorized_client', "Application '{app}'({name}) is disabled."],
  7000229: [
    'invalid_client',
    'The client application {app} is missing service principal in the tenant {tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119',
  ],
  7000215: [
    'invalid_client',
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'.",
  ],
  7000218: [
    'invalid_client',
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ],
  7000222: [
    'invalid_client',
    "The provided client secret keys for app '{app}' are expired. Create new keys for your app or use certificate credentials for added security.",
  ],
  9001023: [
    'invalid_request',
    'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  ],
  9002313: ['invalid_request', 'Invalid request. Request is malformed or invalid.'],
  9002325: [
    'invalid_request',
    'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  ],
  9002326: [
    'invalid_request',
    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'.",
  ],
  9002327: [
    'invalid_request',
    "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  ],
}

export type Explained = Pick<Refusal, 'code' | 'suberror' | 'claims'> & { error: string; text: string }

export function explain({ code, values = {}, error, suberror, claims, text: wording }: Refusal): Explained {
  const [usual, text] = CATALOGUE[code] ?? ['server_error', 'An unexpected error occurred.']
  const filled = (wording ?? text).replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  return { code, error: error ?? usual, suberror, claims, text: `AADSTS${code}: ${filled}` }
}
