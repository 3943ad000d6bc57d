// Deep links into the Entra admin center; the emulator's practice admin center follows the same ones.

const BLADES = '/#view/Microsoft_AAD_RegisteredApps'

/** Pages of an app registration, as the admin center names them. */
export type RegistrationPage = 'Overview' | 'Authentication' | 'Credentials' | 'CallAnAPI'

/** A page of the registration `clientId` in the admin center at the origin `adminCenter`. */
export function registrationLink(adminCenter: string, clientId: string, page: RegistrationPage): string {
  return `${adminCenter}${BLADES}/ApplicationMenuBlade/~/${page}/appId/${clientId}`
}

/** The form for a new app registration. */
export function newRegistrationLink(adminCenter: string): string {
  return `${adminCenter}${BLADES}/CreateApplicationBlade/quickStartType~/null/isMSAApp~/false`
}

/** The list of app registrations. */
export function registrationListLink(adminCenter: string): string {
  return `${adminCenter}${BLADES}/ApplicationsListBlade`
}
