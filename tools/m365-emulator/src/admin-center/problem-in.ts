import type { z } from 'zod'

const NAMES: Readonly<Record<string, string>> = {
  displayName: 'Name',
  signInAudience: 'Supported account types',
  redirectUris: 'Redirect URI',
  logoutUrl: 'Front-channel logout URL',
  certificates: 'Certificate',
}

/** The first thing wrong with what was typed, by the name it has on the page. */
export function problemIn({ issues }: z.ZodError): string {
  const [issue] = issues
  const field = String(issue?.path[0] ?? '')
  return `${NAMES[field] ?? 'Platform'}: ${issue?.message ?? 'not accepted'}`
}
