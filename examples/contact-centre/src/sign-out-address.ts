/** Ends the session of every app on this host and returns here (OpenID Connect RP-Initiated Logout 1.0, section 2). */
export function signOutAddress(idToken: string): string {
  const question = { id_token_hint: idToken, post_logout_redirect_uri: `${location.origin}/contact-centre/` }
  return `/auth/logout?${new URLSearchParams(question)}`
}
