import type { RedirectPlatform } from '@jackfield/contract/microsoft/microsoft-account'
import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { bashSetupScript } from './setup-script-bash.ts'
import { powershellSetupScript } from './setup-script-powershell.ts'

export type Shell = 'bash' | 'powershell'

/** What a registration in Entra ID needs to serve this account. */
export type Setup = {
  appName: string
  clientId: string
  directoryId: string
  cloud: Cloud
  redirectPlatform: RedirectPlatform
  redirectUris: readonly string[]
}

/**
 * A script that an administrator of the directory runs: it makes the registration (or completes the one with this
 * client id), its redirect URIs, the application permission, admin consent and a secret, and prints what is to be
 * entered here. Nothing of it is secret.
 */
export function setupScript(shell: Shell, setup: Setup): string {
  return shell === 'bash' ? bashSetupScript(setup) : powershellSetupScript(setup)
}

/** What users read when they sign in; Entra ID takes 120 characters and no line breaks. */
export function proposedAppName(tenantName: string): string {
  return `${tenantName} phone`.replace(/\p{Cc}/gu, ' ').slice(0, 120)
}
