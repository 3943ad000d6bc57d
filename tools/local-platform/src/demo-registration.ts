import {
  CONTOSO_DIRECTORY_ID,
  DEMO_PASSWORD,
  FAR_EXPIRY,
  JACKFIELD_CLIENT_ID,
  JACKFIELD_CLIENT_SECRET,
  publishedContosoUsers,
} from '@jackfield/m365-emulator/demo/contoso'
import {
  FABRIKAM_CLIENT_ID,
  FABRIKAM_CLIENT_SECRET,
  FABRIKAM_DIRECTORY_ID,
  FABRIKAM_GLOBAL_ADMINISTRATOR,
} from '@jackfield/m365-emulator/demo/fabrikam'
import type { DemoRegistration } from './demo-plan.ts'

/** Contoso's registration at the emulator, with the values its administrator reads in Entra ID. */
export function demoRegistration(): DemoRegistration {
  return {
    alias: 'Contoso 365',
    clientId: JACKFIELD_CLIENT_ID,
    directoryId: CONTOSO_DIRECTORY_ID,
    secret: JACKFIELD_CLIENT_SECRET,
    expiresAt: FAR_EXPIRY,
  }
}

/** Fabrikam's registration and its administrators, to be entered by hand in Control. */
export function registrationToEnter(): Record<string, string> {
  return {
    administrator: `${FABRIKAM_GLOBAL_ADMINISTRATOR}  password ${DEMO_PASSWORD}`,
    clientId: FABRIKAM_CLIENT_ID,
    directoryId: FABRIKAM_DIRECTORY_ID,
    secret: FABRIKAM_CLIENT_SECRET,
  }
}

export function demoLogin(displayName: string): { userPrincipalName: string; password: string } {
  const user = publishedContosoUsers().find((candidate) => candidate.displayName === displayName)
  if (!user) throw new TypeError(`Contoso has no ${displayName}.`)
  return { userPrincipalName: String(user.userPrincipalName), password: DEMO_PASSWORD }
}
