import type { z } from 'zod'

const NAMES: Readonly<Record<string, string>> = {
  displayName: 'Name',
  signInAudience: 'Supported account types',
  redirectUris: 'Redirect URI',
  logoutUrl: 'Front-channel logout URL',
  certificates: 'Certificate',
  federatedCredentials: 'Credential',
  name: 'Name',
  issuer: 'Issuer',
  subject: 'Subject identifier',
  audiences: 'Audience',
}

/** The first thing wrong with what was typed, by the name it has on the page. */
export function problemIn({ issues }: z.ZodError): string {
  const [issue] = issues
  const [top, , part] = issue?.path ?? []
  // of one entry in a list: its member, where the page has a name for it
  const field = NAMES[String(part)] ? String(part) : String(top ?? '')
  return `${NAMES[field] ?? 'Platform'}: ${issue?.message ?? 'not accepted'}`
}
