import type { Administrator } from '@jackfield/contract/administrator'
import type { ApiKey } from '@jackfield/contract/api-key'
import type { App } from '@jackfield/contract/app'
import type { AuditEntry, AuditEvent } from '@jackfield/contract/audit-event'
import type { Logo } from '@jackfield/contract/branding'
import type { HandOverLink } from '@jackfield/contract/hand-over-link'
import type { Connection, CredentialUse, RosterOfAccount, RosterOfTenant } from '@jackfield/contract/internal-api'
import type { CredentialSummary } from '@jackfield/contract/microsoft-account'
import type { Cloud, MicrosoftCloud } from '@jackfield/contract/microsoft-cloud'
import type { NotificationHealth } from '@jackfield/contract/notification-health'
import type { Principal } from '@jackfield/contract/principal'
import type { SyncFailure } from '@jackfield/contract/sync-health'
import type { TenantRemoval } from '@jackfield/contract/tenant'
import type { MicrosoftEvidence } from './domain/connection/connection-evidence.ts'
import type { StandIn } from './domain/connection/credential-rotation.ts'
import type { HostClaim, Sight } from './domain/host-proof.ts'
import type { AccountRecord, AccountValues } from './domain/microsoft-account.ts'
import type { TenantRecord } from './domain/tenant.ts'

/** A slice of a list in key order; one row more than shown tells whether there is a next page. */
export type Range = { after: string | undefined; limit: number }
export type TenantValues = Pick<TenantRecord, 'slug' | 'name' | 'customHosts' | 'branding'>
export type NewAccount = Pick<
  AccountRecord,
  'id' | 'tenantId' | 'alias' | 'clientId' | 'directoryId' | 'cloud' | 'redirectPlatform' | 'redirectMode'
>
export type SealedCredential = { summary: CredentialSummary; sealed: Buffer }
export type CredentialReplacement = { sealed: SealedCredential; standIn: StandIn }
/** `previous` is there while the one named by `id` is unproven. */
export type StoredCredentials = SealedCredential & { id: string; previous?: SealedCredential }
export type AppRecord = App & { version: number }
/** `null`: every tenant. */
export type TenantFilter = string | null

export type Tenants = {
  create(
    tenant: Omit<TenantValues, 'branding'> & { id: string },
    entry: AuditEntry,
  ): Promise<TenantRecord | 'slug-taken' | 'host-taken'>
  find(id: string): Promise<TenantRecord | undefined>
  findBySlug(slug: string): Promise<TenantRecord | undefined>
  /** Of the proven hosts. */
  findByCustomHost(hostname: string): Promise<TenantRecord | undefined>
  /** By any tenant, proven or not. */
  isHostClaimed(hostname: string): Promise<boolean>
  list(only: TenantFilter, range: Range): Promise<TenantRecord[]>
  change(
    read: TenantRecord,
    values: TenantValues,
    entry: AuditEntry,
  ): Promise<TenantRecord | 'slug-taken' | 'host-taken' | 'version-conflict'>
  hosts(id: string): Promise<HostClaim[]>
  /** The claim as it is then; undefined when it was given up in the meantime. */
  recordProof(id: string, claim: HostClaim, isFound: boolean, entry: AuditEntry): Promise<HostClaim | undefined>
  /** What is here of it. */
  countParts(id: string): Promise<Pick<TenantRemoval, 'microsoftAccounts' | 'apiKeys'>>
  /** From now on its hosts lead nowhere. */
  beginRemoval(read: TenantRecord, entry: AuditEntry): Promise<TenantRecord | 'version-conflict'>
  /**
   * With everything it has here but the audit log; its data key goes too, without which no copy of its secrets can be
   * opened.
   */
  delete(read: TenantRecord, entry: AuditEntry): Promise<'deleted' | 'version-conflict'>
}

export type Logos = {
  find(tenantId: string): Promise<(Logo & { bytes: Buffer }) | undefined>
  /** Undefined takes it away. */
  replace(
    read: TenantRecord,
    logo: (Logo & { bytes: Buffer }) | undefined,
    entry: AuditEntry,
  ): Promise<TenantRecord | 'version-conflict'>
}

export type Apps = {
  list(range: Range): Promise<AppRecord[]>
  all(): Promise<AppRecord[]>
  find(clientId: string): Promise<AppRecord | undefined>
  /** `read` is the version that is replaced; undefined when there was none. */
  put(app: App, read: number | undefined, entry: AuditEntry): Promise<AppRecord | 'version-conflict'>
  delete(clientId: string, read: number, entry: AuditEntry): Promise<'deleted' | 'version-conflict'>
}

/** What is watched over for all tenants, once however many replicas there are. */
export type AccountWatch = {
  /** Enabled accounts whose turn has come, each handed to one caller; the next turn is `everySeconds` later. */
  claimDue(now: Date, everySeconds: number, limit: number): Promise<Array<{ tenantId: string; accountId: string }>>
  /** Credentials that end within the widest threshold, or have ended without anybody being told. */
  expiring(
    now: Date,
  ): Promise<
    Array<{ tenantId: string; accountId: string; credentialId: string; alias: string; type: string; expiresAt: string }>
  >
  /** False, and no event is written, when the threshold was announced before. */
  announce(notice: { tenantId: string; credentialId: string; threshold: number }, entry: AuditEntry): Promise<boolean>
  counts(now: Date): Promise<{
    statuses: Array<{ status: string; count: number }>
    expiring: Array<{ threshold: number; count: number }>
  }>
}

export type Accounts = {
  create(
    account: NewAccount,
    credential: SealedCredential | undefined,
    entry: AuditEntry,
  ): Promise<AccountRecord | 'alias-taken' | 'tenant-missing'>
  find(tenantId: string, accountId: string): Promise<AccountRecord | undefined>
  list(tenantId: string, range: Range): Promise<AccountRecord[]>
  listAll(tenantId: string): Promise<AccountRecord[]>
  /** Ids of the tenants that are connected to a directory, in order. */
  tenantsOf(directoryId: string): Promise<string[]>
  change(
    read: AccountRecord,
    values: AccountValues,
    replacement: CredentialReplacement | undefined,
    /** Nothing worth an event happened without it. */
    entry: AuditEntry | undefined,
  ): Promise<AccountRecord | 'alias-taken' | 'version-conflict'>
  /** With its credential; the change it names must be the last. */
  delete(read: AccountRecord, entry: AuditEntry): Promise<'deleted' | 'version-conflict'>
  /** The credentials as they are stored, for the vault; without one that is over at `now`. */
  credentials(tenantId: string, accountId: string, now: Date): Promise<StoredCredentials | undefined>
  /**
   * A proven credential retires the one before it. The entry is written when the use changes something; telling it
   * again does not.
   */
  recordUse(account: Pick<AccountRecord, 'tenantId' | 'id'>, use: CredentialUse, entry: AuditEntry): Promise<void>
  /** False, and nothing is written, when the account is no longer as it was read. */
  recordSyncHealth(
    read: Pick<AccountRecord, 'tenantId' | 'id' | 'version'>,
    failure: SyncFailure | null,
    entry: AuditEntry | undefined,
  ): Promise<boolean>
}

export type Unwrapped = { kind: 'unwrapped'; dataKey: Buffer } | { kind: 'unreadable'; cause: Error }
/**
 * Where the key-encryption keys live: they wrap the tenants' data keys, each for its context, and never leave. An
 * UnavailableError when they cannot be asked.
 */
export type KeyEncryption = {
  /** True for what its own keys wrapped, whatever they say of it now. */
  recognises(wrapped: Buffer): boolean
  /** How everything begins that `wrap` makes now: what begins otherwise waits to be wrapped again. */
  currentPrefix(): Promise<Buffer>
  wrap(dataKey: Buffer, context: string): Promise<Buffer>
  unwrap(wrapped: Buffer, context: string): Promise<Unwrapped>
  /** Looks after what it needs to be let in, until `signal`; `onTrouble` hears what somebody should mend. */
  keep(signal: AbortSignal, onTrouble: (error: Error) => void): Promise<void>
}

/** `last` is the tenant a slice ended with; undefined when nothing waits any more. */
export type RewrapSlice = { waiting: number; rewrapped: number; unreadable: string[]; last: string | undefined }
export type DataKeys = {
  /** Wraps the next data keys that are not under the current key-encryption key, in order of tenants. */
  rewrap(after: string | undefined, limit: number): Promise<RewrapSlice>
}

/** Seals secrets with the tenant's data key, bound to the account. */
export type Vault = {
  seal(tenantId: string, accountId: string, secret: string): Promise<Buffer>
  open(
    tenantId: string,
    accountId: string,
    sealed: Buffer,
  ): Promise<{ kind: 'opened'; secret: string } | { kind: 'unreadable'; cause: Error }>
}

export type ApiKeys = {
  create(
    key: Pick<ApiKey, 'id' | 'name' | 'scope' | 'role'>,
    entry: AuditEntry,
  ): Promise<{ key: string } | 'tenant-missing'>
  list(only: TenantFilter, range: Range): Promise<ApiKey[]>
  find(id: string): Promise<ApiKey | undefined>
  delete(id: string, entry: AuditEntry): Promise<boolean>
  authenticate(key: string): Promise<Principal | undefined>
}

export type AdministratorRecord = Administrator & { version: number }
type AdministratorIdentity = Pick<Administrator, 'signInTenantId' | 'directoryId' | 'objectId'>
export type Administrators = {
  create(
    administrator: AdministratorIdentity & Pick<Administrator, 'id' | 'scope' | 'role' | 'displayName'>,
    entry: AuditEntry,
  ): Promise<AdministratorRecord | 'administrator-exists' | 'tenant-missing'>
  list(only: TenantFilter, signInTenantId: string | undefined, range: Range): Promise<AdministratorRecord[]>
  find(id: string): Promise<AdministratorRecord | undefined>
  findByIdentity(identity: AdministratorIdentity): Promise<AdministratorRecord | undefined>
  /** Whether administrators of the platform sign in through this tenant. */
  vouchesForPlatform(tenantId: string): Promise<boolean>
  change(
    read: AdministratorRecord,
    values: Pick<Administrator, 'role' | 'displayName'>,
    entry: AuditEntry,
  ): Promise<AdministratorRecord | 'version-conflict' | 'last-administrator'>
  /** Refused when nobody and nothing could administer the platform any more. */
  delete(read: AdministratorRecord, entry: AuditEntry): Promise<'deleted' | 'version-conflict' | 'last-administrator'>
}

export type ControlSignInLinks = {
  create(
    link: { id: string; scope: string; role: Principal['role']; expiresAt: Date },
    entry: AuditEntry,
  ): Promise<{ token: string } | 'tenant-missing'>
  /** Works once for each link. */
  redeem(token: string, now: Date, entryFor: (principal: Principal) => AuditEntry): Promise<Principal | undefined>
}

/** Consent links that were handed out; each comes back once. */
export type ConsentRequests = {
  create(
    request: { tenantId: string; accountId: string; now: Date; expiresAt: Date },
    entry: AuditEntry,
  ): Promise<{ state: string } | 'account-missing'>
  redeem(state: string, now: Date): Promise<{ tenantId: string; accountId: string } | undefined>
}

type HandedOver = { tenantId: string; accountId: string }
/** Links that open one account's set-up to somebody with the role in Entra ID (S3). */
export type HandOverLinks = {
  create(
    link: HandedOver & { id: string; createdBy: string; now: Date; expiresAt: Date },
    entry: AuditEntry,
  ): Promise<{ token: string; link: HandOverLink } | 'account-missing'>
  list(account: HandedOver, now: Date): Promise<HandOverLink[]>
  delete(account: HandedOver, id: string, entry: AuditEntry): Promise<boolean>
  /** Undefined once it is over. */
  accountOf(tenantId: string, id: string, now: Date): Promise<string | undefined>
  /** As often as its holder comes, until it is over. */
  open(token: string, now: Date, entryFor: (principal: Principal) => AuditEntry): Promise<Principal | undefined>
}

export type Audit = {
  /** An entry that brings its own id is recorded once, however often it comes. */
  record(entry: AuditEntry & { id?: string | undefined; at?: string | undefined }): Promise<void>
  list(only: TenantFilter, action: string | undefined, range: Range): Promise<AuditEvent[]>
}

export type Microsoft = {
  /** What an admin chooses from. */
  clouds: readonly MicrosoftCloud[]
  /** Origin of the Entra admin center where a cloud's registrations are changed. */
  adminCenter(cloud: Cloud): string
  /** Tries everything a connection needs; never fails itself. */
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
  /** What a certificate and its key are, or what is wrong with them. */
  read(
    certificate: string,
    privateKey: string,
  ):
    | { kind: 'read'; thumbprint: string; expiresAt: Date }
    | { kind: 'certificate-unreadable' | 'private-key-unreadable' | 'certificate-not-rsa' | 'private-key-mismatch' }
  /** A signed statement that the app is the app, for its own directory, good for minutes. */
  assert(signer: CertificateAndKey, app: Pick<Connection, 'clientId' | 'directoryId' | 'cloud'>): Promise<string>
}

/** The workload identity of this installation. */
export type FederatedToken = {
  read(): Promise<
    | { kind: 'read'; token: string; issuer: string; subject: string; audience: string }
    | { kind: 'federation-not-set-up' | 'federation-token-unreadable' }
  >
}

/** user-sync-worker: who was imported through an account. */
export type Roster = {
  /** Whether Microsoft Graph tells of the account's changes. Any answer that is none counts as unavailable. */
  notifications(tenantId: string, accountId: string): Promise<NotificationHealth | 'unavailable'>
  ofAccount(tenantId: string, accountId: string): Promise<RosterOfAccount | 'unavailable'>
  /** Ends runs, subscription, SSO ticks and sessions of the account's people; may be asked again. */
  disconnect(tenantId: string, accountId: string): Promise<RosterOfAccount | 'unavailable'>
  ofTenant(tenantId: string): Promise<RosterOfTenant | 'unavailable'>
  /** Everything of the tenant, for good; may be asked again. */
  erase(tenantId: string): Promise<RosterOfTenant | 'unavailable'>
}

/** The places where a custom host's proof may be shown. */
export type HostProbe = {
  readTexts(name: string): Promise<Sight>
  /** By lines. */
  readFile(url: string): Promise<Sight>
}

export type Ports = {
  tenants: Tenants
  logos: Logos
  apps: Apps
  accounts: Accounts
  watch: AccountWatch
  keyEncryption: Pick<KeyEncryption, 'keep'>
  vault: Vault
  apiKeys: ApiKeys
  administrators: Administrators
  links: ControlSignInLinks
  consentRequests: ConsentRequests
  handOverLinks: HandOverLinks
  audit: Audit
  microsoft: Microsoft
  roster: Roster
  hostProbe: HostProbe
  certificates: Certificates
  federatedToken: FederatedToken
  baseUrl: string
  now: () => Date
}
