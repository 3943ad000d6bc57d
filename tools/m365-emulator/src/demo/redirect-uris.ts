export type RedirectUris = { web: string[]; spa: string[] }

/** Hosts of the local platform that have a sign-in callback. */
export const LOCAL_PLATFORM_ORIGINS = ['phone', 'contoso.phone', 'fabrikam.phone', 'control.phone'].map(
  (host) => `http://${host}.localhost:4000`,
)

export function redirectUrisAt(origins: readonly string[]): string[] {
  return origins.map((origin) => new URL('/auth/microsoft/callback', origin).href)
}
