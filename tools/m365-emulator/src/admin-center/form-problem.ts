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

/** Describes the first problem of a form, with the field's name on the page. */
export function formProblem({ issues }: z.ZodError): string {
  const [issue] = issues
  const [top, , part] = issue?.path ?? []
  // for a list entry: its member, if the page has a name for it
  const field = NAMES[String(part)] ? String(part) : String(top ?? '')
  return `${NAMES[field] ?? 'Platform'}: ${issue?.message ?? 'not accepted'}`
}
