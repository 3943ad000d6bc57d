const APPLICATION = 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~'

/** Pages of the app registration in the Entra admin center. */
export type EntraPage = 'Credentials' | 'CallAnAPI' | 'Authentication' | 'Overview'

export function entraLink(page: EntraPage, clientId: string): string {
  return `${APPLICATION}/${page}/appId/${clientId}`
}
