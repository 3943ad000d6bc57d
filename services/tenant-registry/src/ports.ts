import type { Connection, RosterOfAccount, RosterOfTenant } from '@jackfield/contract/internal/internal-api'
import type { CredentialSummary } from '@jackfield/contract/microsoft/microsoft-account'
import type { Cloud, MicrosoftCloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import type { NotificationHealth } from '@jackfield/contract/microsoft/notification-health'
import type { postgresDataKeys } from './adapters/keys/postgres-data-keys.ts'
import type { registryPorts } from './adapters/registry-ports.ts'
import type { MicrosoftEvidence } from './domain/connection/connection-evidence.ts'
import type { Sight } from './domain/host-proof.ts'

/** A slice of a list in key order; one row more than shown tells whether there is a next page. */
export type Range = { after: string | undefined; limit: number }
export type SealedCredential = { summary: CredentialSummary; sealed: Buffer }
/** `null`: every tenant. */
export type TenantFilter = string | null

export type Unwrapped = { kind: 'unwrapped'; dataKey: Buffer } | { kind: 'unreadable'; cause: Error }
/**
 * The key-encryption keys, which wrap the tenants' data keys, each for its context. Throws an UnavailableError when the
 * provider does not answer.
 */
export type KeyEncryption = {
  /** Whether its own keys wrapped this, also when they no longer unwrap it. */
  recognises(wrapped: Buffer): boolean
  /** First bytes of all that `wrap` returns now; a data key with other first bytes is to be wrapped again. */
  currentPrefix(): Promise<Buffer>
  wrap(dataKey: Buffer, context: string): Promise<Buffer>
  unwrap(wrapped: Buffer, context: string): Promise<Unwrapped>
  /** Renews the provider's access token until `signal`; reports failures to `onTrouble`. */
  keep(signal: AbortSignal, onTrouble: (error: Error) => void): Promise<void>
}

export type Microsoft = {
  clouds: readonly MicrosoftCloud[]
  /** Origin of the Entra admin center where a cloud's registrations are changed. */
  adminCenter(cloud: Cloud): string
  /** Tries everything a connection needs; never throws. */
  examine(connection: Connection, redirectUris: readonly string[]): Promise<MicrosoftEvidence>
  /** Entra ID's own page for an administrator's consent to everything the registration asks for. */
  consentUrl(
    account: Pick<Connection, 'clientId' | 'directoryId' | 'cloud'>,
    redirectUri: string,
    state: string,
  ): string
}

export type CertificateAndKey = { certificate: string; privateKey: string }
export type Certificates = {
  read(
    certificate: string,
    privateKey: string,
  ):
    | { kind: 'read'; thumbprint: string; expiresAt: Date }
    | { kind: 'certificate-unreadable' | 'private-key-unreadable' | 'certificate-not-rsa' | 'private-key-mismatch' }
  /** A client assertion (RFC 7523) for the app's own directory, valid for minutes. */
  assert(signer: CertificateAndKey, app: Pick<Connection, 'clientId' | 'directoryId' | 'cloud'>): Promise<string>
}

/** The workload identity of this installation. */
export type FederatedToken = {
  read(): Promise<
    | { kind: 'read'; token: string; issuer: string; subject: string; audience: string }
    | { kind: 'federation-not-set-up' | 'federation-token-unreadable' }
  >
}

/** user-sync-worker: the people who were imported through an account. */
export type Roster = {
  /** Whether Microsoft Graph sends the account's change notifications; unavailable after any error answer. */
  notifications(tenantId: string, accountId: string): Promise<NotificationHealth | 'unavailable'>
  ofAccount(tenantId: string, accountId: string): Promise<RosterOfAccount | 'unavailable'>
  /** Ends runs, subscription, SSO ticks and sessions of the account's people. Idempotent. */
  disconnect(tenantId: string, accountId: string): Promise<RosterOfAccount | 'unavailable'>
  /** Ends the sessions of the account's people, and nothing else. Idempotent. */
  endSessions(tenantId: string, accountId: string): Promise<RosterOfAccount | 'unavailable'>
  ofTenant(tenantId: string): Promise<RosterOfTenant | 'unavailable'>
  /** Deletes everything of the tenant. Idempotent. */
  erase(tenantId: string): Promise<RosterOfTenant | 'unavailable'>
}

/** The two places where the proof of a custom host may be. */
export type HostProbe = {
  readTexts(name: string): Promise<Sight>
  /** The lines of the file. */
  readFile(url: string): Promise<Sight>
}

export type DataKeys = ReturnType<typeof postgresDataKeys>

/** All of the above, and the stores in Postgres as their adapters define them. */
export type Ports = ReturnType<typeof registryPorts>
