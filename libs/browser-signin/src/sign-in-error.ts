/**
 * `access-denied`: the person cancelled, or is not let in. `replaced`: a newer click took over. `expired`: nobody came
 * back in ten minutes. `unavailable`: try again in a moment. `failed`: everything else; `cause` says more to
 * developers, and nothing to people.
 */
export type SignInErrorCode =
  | 'access-denied'
  | 'login-required'
  | 'replaced'
  | 'aborted'
  | 'expired'
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

const OF_OAUTH: Readonly<Record<string, SignInErrorCode>> = {
  access_denied: 'access-denied',
  login_required: 'login-required',
  interaction_required: 'login-required',
  temporarily_unavailable: 'unavailable',
  server_error: 'unavailable',
}

/** Every failure as a `SignInError`. The server's own texts are not for people. */
export function toSignInError(cause: unknown): SignInError {
  if (cause instanceof SignInError) return cause
  const code = cause instanceof Error && 'error' in cause ? OF_OAUTH[String(cause.error)] : undefined
  // fetch itself throws a TypeError when nobody answers.
  return new SignInError(code ?? (cause instanceof TypeError ? 'unavailable' : 'failed'), { cause })
}
