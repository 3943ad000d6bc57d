/** Messages for people by OAuth error code. The server's own text is for developers, so it is not shown. */
const SENTENCES: Readonly<Record<string, string>> = {
  access_denied: 'You were not signed in. The phone system did not let you in, or you cancelled.',
  login_required: 'You need to sign in again.',
  temporarily_unavailable: 'Signing in does not work just now. Try again in a moment.',
  server_error: 'Signing in does not work just now. Try again in a moment.',
}

/** The code of an OAuth error answer, or `failed` for any other error. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'error' in error && typeof error.error === 'string' ? error.error : 'failed'
}

export function explain(code: string): string {
  return SENTENCES[code] ?? 'Signing in failed. Try again; if it fails again, tell your administrator.'
}
