/**
 * `access-denied`: the person cancelled or is refused. `replaced`: a newer click replaced this sign-in. `expired`: no
 * answer within ten minutes. `foreign-frame`: another site shows the page in a frame, where no sign-in can end.
 * `window-closed`: the pop-up was closed before it reached the gateway; later that cannot be detected. `unavailable`: temporary. `failed`: everything else; `cause` has details for developers,
 * not for people.
 */
export type SignInErrorCode =
  | 'access-denied'
  | 'login-required'
  | 'replaced'
  | 'aborted'
  | 'expired'
  | 'foreign-frame'
  | 'window-closed'
  | 'unavailable'
  | 'failed'

export class SignInError extends Error {
  readonly code: SignInErrorCode
  constructor(code: SignInErrorCode, options?: ErrorOptions) {
    super(`The sign-in ended without a session: ${code}`, options)
    this.name = 'SignInError'
    this.code = code
  }
}

const BY_OAUTH_CODE: Readonly<Record<string, SignInErrorCode>> = {
  access_denied: 'access-denied',
  login_required: 'login-required',
  interaction_required: 'login-required',
  temporarily_unavailable: 'unavailable',
  server_error: 'unavailable',
}

/** Turns every failure into a `SignInError`. The server's own texts are not for people. */
export function toSignInError(cause: unknown): SignInError {
  if (cause instanceof SignInError) return cause
  const code = cause instanceof Error && 'error' in cause ? BY_OAUTH_CODE[String(cause.error)] : undefined
  // fetch throws a TypeError when there is no answer.
  return new SignInError(code ?? (cause instanceof TypeError ? 'unavailable' : 'failed'), { cause })
}
