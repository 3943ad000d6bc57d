import type { Cloud } from '@jackfield/contract/microsoft-account'

const ADMIN_CENTERS: Readonly<Record<Cloud, string>> = {
  global: 'https://entra.microsoft.com',
  'us-gov': 'https://entra.microsoft.us',
  'us-gov-dod': 'https://entra.microsoft.us',
  china: 'https://entra.microsoftonline.cn',
}

export const NEW_REGISTRATION = `${ADMIN_CENTERS.global}/#view/Microsoft_AAD_RegisteredApps/CreateApplicationBlade/quickStartType~/null/isMSAApp~/false`

type RegistrationPage = 'Overview' | 'Authentication' | 'Credentials' | 'CallAnAPI'

/** A page of the app's registration in the Entra admin center. */
export function registrationLink(account: { cloud: Cloud; clientId: string }, page: RegistrationPage): string {
  return `${ADMIN_CENTERS[account.cloud]}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/${page}/appId/${account.clientId}`
}
