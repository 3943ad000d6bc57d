import type { ConsentReturn } from '@jackfield/contract/consent-link'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

const TEXTS: Readonly<Record<ConsentReturn['outcome'], { title: string; text: string; next: string }>> = {
  granted: {
    title: 'Consent is given',
    text: 'Entra ID confirms the permission.',
    next: 'You can close this page. In Control the account shows the result of the connection test.',
  },
  declined: {
    title: 'Consent was not given',
    text: 'Microsoft reports that the request was declined.',
    next: 'It takes a Privileged Role Administrator or a Global Administrator. Make a new link in Control and send it to one.',
  },
  'not-seen-yet': {
    title: 'Not confirmed yet',
    text: 'Entra ID does not show the permission yet. That can take a few minutes after consent.',
    next: 'Run the connection test in Control in a moment; it says what is missing.',
  },
  'no-credential': {
    title: 'Not confirmed yet',
    text: 'The account has no client secret or certificate yet, so the permission cannot be confirmed.',
    next: 'Enter the credential in Control; the connection test then shows whether consent was given.',
  },
  'not-proven': {
    title: 'Not confirmed',
    text: 'Entra ID does not accept the account’s credential, so the permission cannot be confirmed.',
    next: 'Run the connection test in Control; it says what is wrong.',
  },
}

/** For whoever comes back from Microsoft's consent page, signed in to Control or not. */
export function consentPage({ outcome, tenant, alias }: ConsentReturn, details: Html): Page {
  const { title, text, next } = TEXTS[outcome]
  return { title, tenant, body: html`<p>Microsoft 365 account “${alias}”: ${text}</p><p>${next}</p>${details}` }
}
