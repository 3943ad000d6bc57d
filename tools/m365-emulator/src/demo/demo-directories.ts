import type { DirectorySeedInput } from '../directory/seed.ts'
import { adatum } from './adatum.ts'
import { contoso } from './contoso.ts'
import { fabrikam } from './fabrikam.ts'
import { LOCAL_PLATFORM_ORIGINS, type RedirectUris, redirectUrisAt } from './redirect-uris.ts'

/** Contoso (connected), Fabrikam (to be connected by hand) and Adatum (foreign). */
export function demoDirectories(
  redirectUris: RedirectUris = { web: redirectUrisAt(LOCAL_PLATFORM_ORIGINS), spa: [] },
): DirectorySeedInput[] {
  return [contoso(redirectUris), fabrikam(redirectUris), adatum()]
}
