import type { SignInErrorCode } from './sign-in-error.ts'

/**
 * `button` is Microsoft's text in each language; `inProgress` is for screen readers; `unavailable` stands in place of
 * the button; `problems` has no text for `replaced` and `aborted`, which the person caused.
 */
export type Texts = {
  button: string
  inProgress: string
  unavailable: string
  problems: Partial<Record<SignInErrorCode, string>>
}

const ENGLISH: Texts = {
  button: 'Sign in with Microsoft',
  inProgress: 'The sign-in goes on with Microsoft.',
  unavailable: 'Signing in with Microsoft is not set up here.',
  problems: {
    'access-denied': 'You were not signed in.',
    'login-required': 'Please sign in once more.',
    expired: 'The sign-in took too long. Please try again.',
    unavailable: 'Signing in is not possible at the moment. Please try again.',
    failed: 'The sign-in did not work. Please try again.',
  },
}

const GERMAN: Texts = {
  button: 'Mit Microsoft anmelden',
  inProgress: 'Die Anmeldung geht bei Microsoft weiter.',
  unavailable: 'Die Anmeldung mit Microsoft ist hier nicht eingerichtet.',
  problems: {
    'access-denied': 'Sie wurden nicht angemeldet.',
    'login-required': 'Bitte melden Sie sich noch einmal an.',
    expired: 'Die Anmeldung hat zu lange gedauert. Bitte versuchen Sie es noch einmal.',
    unavailable: 'Die Anmeldung ist im Moment nicht möglich. Bitte versuchen Sie es noch einmal.',
    failed: 'Die Anmeldung ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.',
  },
}

/** Texts of the language (a BCP 47 tag); English if it has none. */
export function textsFor(language: string): Texts {
  return /^de(?:-|$)/i.test(language) ? GERMAN : ENGLISH
}
