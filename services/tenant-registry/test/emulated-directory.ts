import { type M365Emulator, startEmulator } from '@jackfield/m365-emulator/emulator'
import { aSecret, guid, inDays } from './registry.ts'

type Application = { redirectUris?: string[]; spaRedirectUris?: string[]; roles?: string[]; expiresAt?: string } & {
  usersDelta?: boolean
}

/** A directory of the emulator with one registered application, and the members of a Microsoft account that fit it. */
export function givenDirectory(m365: M365Emulator, application: Application = {}) {
  const directoryId = guid()
  const clientId = guid()
  const secret = aSecret()
  const endDateTime = application.expiresAt ?? inDays(365)
  const directory = m365.addDirectory({
    id: directoryId,
    displayName: 'Test',
    domains: [`${directoryId}.example`],
    users: [],
    usersDelta: application.usersDelta ?? true,
    applications: [
      {
        appId: clientId,
        displayName: 'Phone',
        redirectUris: { web: application.redirectUris ?? [], spa: application.spaRedirectUris ?? [] },
        secrets: [{ keyId: guid(), value: secret, endDateTime }],
      },
    ],
    grants: [{ appId: clientId, roles: application.roles ?? ['User.Read.All'] }],
  })
  return {
    directory,
    secret,
    ids: { clientId, directoryId },
    credential: { type: 'secret', secret, expiresAt: inDays(365) },
  }
}

export const startMicrosoft = () => startEmulator({ port: 0, host: '127.0.0.1', directories: [] })
