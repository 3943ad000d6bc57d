import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { SignedIn } from './attempt.ts'
import type { MicrosoftSignIn } from './microsoft-sign-in.ts'
import type { SignInError } from './sign-in-error.ts'

/**
 * Types of the element's attributes and events for React 19. Types only: import `microsoft-sign-in` where the app
 * starts.
 */
type MicrosoftSignInAttributes = DetailedHTMLProps<HTMLAttributes<MicrosoftSignIn>, MicrosoftSignIn> & {
  'client-id': string
  authority?: string
  'redirect-uri'?: string
  scope?: string
  mode?: 'auto' | 'popup' | 'redirect'
  'return-to'?: string
  'login-hint'?: string
  prompt?: 'login' | 'select_account'
  theme?: 'light' | 'dark'
  onsignedin?: (event: CustomEvent<SignedIn>) => void
  onsigninerror?: (event: CustomEvent<SignInError>) => void
}

declare module 'react' {
  // biome-ignore lint/style/noNamespace: React's own name for the place where elements are declared
  namespace JSX {
    interface IntrinsicElements {
      'microsoft-sign-in': MicrosoftSignInAttributes
    }
  }
}

export type { SignedIn, SignInError }
