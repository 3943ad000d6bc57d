import type { SignInErrorCode } from './sign-in-error.ts'

/**
 * `button` is Microsoft's text in each language; `inProgress` is for screen readers; `unavailable` stands in place of
 * the button; `openInTab` is a link after the problem `foreign-frame`; `problems` has no text for `replaced` and `aborted`, which the person caused.
 */
export type Texts = {
  button: string
  inProgress: string
  unavailable: string
  /** When the person comes back to the page while the pop-up has not answered. */
  windowClosed: string
  openInTab: string
  problems: Partial<Record<SignInErrorCode, string>>
}

const ENGLISH: Texts = {
  button: 'Sign in with Microsoft',
  inProgress: 'The sign-in goes on with Microsoft.',
  unavailable: 'Signing in with Microsoft is not set up here.',
  windowClosed: 'Did you close the window? Then click once more.',
  openInTab: 'Open in a new tab',
  problems: {
    'access-denied': 'You were not signed in.',
    'login-required': 'Please sign in once more.',
    expired: 'The sign-in took too long. Please try again.',
    'foreign-frame': 'You can’t sign in while another site shows this page. Open it in a tab of its own.',
    'window-closed': 'The window was closed. Please try again.',
    unavailable: 'Signing in is not possible at the moment. Please try again.',
    failed: 'The sign-in did not work. Please try again.',
  },
}

const GERMAN: Texts = {
  button: 'Mit Microsoft anmelden',
  inProgress: 'Die Anmeldung geht bei Microsoft weiter.',
  unavailable: 'Die Anmeldung mit Microsoft ist hier nicht eingerichtet.',
  windowClosed: 'Haben Sie das Fenster geschlossen? Dann klicken Sie noch einmal.',
  openInTab: 'In neuem Tab öffnen',
  problems: {
    'access-denied': 'Sie wurden nicht angemeldet.',
    'login-required': 'Bitte melden Sie sich noch einmal an.',
    expired: 'Die Anmeldung hat zu lange gedauert. Bitte versuchen Sie es noch einmal.',
    'foreign-frame':
      'Sie können sich nicht anmelden, während eine andere Website diese Seite zeigt. Öffnen Sie sie in einem eigenen Tab.',
    'window-closed': 'Das Fenster wurde geschlossen. Bitte versuchen Sie es noch einmal.',
    unavailable: 'Die Anmeldung ist im Moment nicht möglich. Bitte versuchen Sie es noch einmal.',
    failed: 'Die Anmeldung ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.',
  },
}

/** Texts of the language (a BCP 47 tag); English if it has none. */
export function textsFor(language: string): Texts {
  return /^de(?:-|$)/i.test(language) ? GERMAN : ENGLISH
}
