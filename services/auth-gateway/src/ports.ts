import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Administrator } from '@jackfield/contract/access/administrator'
import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { Principal } from '@jackfield/contract/access/principal'
import type {
  CatalogueApp,
  Connection,
  CredentialUse,
  HostResolution,
  RosterEntry,
  SignInCandidates,
  SignInTenant,
} from '@jackfield/contract/internal/internal-api'
import type { Revocation } from '@jackfield/contract/internal/revocation'
import type { ConsentAnswer, ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import type { LogoType } from '@jackfield/contract/tenants/branding'
import type { AuditAnswer } from '@jackfield/internal-token/audit-client'
import type { Backend } from './domain/admin-api.ts'
import type { LogoutNotice } from './domain/logout-notice.ts'
import type { LiveSession, PersonSession } from './domain/person-session.ts'
import type { SignInSite } from './domain/site.ts'
import type { SigningKeys } from './key-port.ts'
import type { Microsoft } from './microsoft-port.ts'
import type { Look } from './pages/layout.ts'
import type { WaysOn } from './pages/refused-page.ts'
import type { RecordSpaces } from './record-port.ts'
import type { MicrosoftSessions, PersonSessions } from './session-port.ts'

export type { AuthorizeQuestion, IdentityOutcome, Microsoft, MicrosoftFailure } from './microsoft-port.ts'
export type { FoundRecord, NewRecord, RecordSpaces, Records } from './record-port.ts'
export type { MicrosoftSessions, PersonSessions, SessionPage } from './session-port.ts'
export type { Look, WaysOn }

/** Seconds since 1970. */
export type Clock = () => number

type TenantCatalogue = {
  findHost(host: string): Promise<HostResolution | undefined>
  /** False once a tenant is removed or its removal has begun. */
  hasTenant(tenantId: string): Promise<boolean>
  /** Undefined once a tenant is removed or its removal has begun. */
  findTenant(tenantId: string): Promise<SignInTenant | undefined>
  /** Tenants with an enabled account in the directory. */
  listTenantsOf(directoryId: string): Promise<readonly SignInTenant[]>
  /** A changed catalogue is a new array; an array is never changed. */
  listApps(): Promise<readonly CatalogueApp[]>
  /** Undefined when the tenant has another logo by now. */
  findLogo(tenantId: string, sha256: string): Promise<{ mediaType: LogoType; bytes: Buffer } | undefined>
}

/** Connections of tenants to Microsoft, with their credentials. */
export type Connections = {
  findConnection(tenantId: string, accountId: string): Promise<Connection | undefined>
  /** Reports which of two credentials Entra ID accepts during a rotation. */
  recordCredentialUse(connection: Pick<Connection, 'tenantId' | 'accountId'>, use: CredentialUse): Promise<void>
  /** Reports that Entra ID has the redirect URIs under another platform than `spa`. */
  reportWrongPlatform(connection: Pick<Connection, 'tenantId' | 'accountId'>): Promise<void>
  /** Takes the answer to an admin-consent link; undefined when the link is unknown, used or expired. */
  receiveConsent(answer: ConsentAnswer): Promise<ConsentReturn | undefined>
}

/** Callers of the admin API and of Control. */
export type Administrators = {
  authenticateApiKey(key: string): Promise<Principal | undefined>
  redeemControlSignInLink(token: string): Promise<Principal | undefined>
  /**
   * An answer is valid for one second, so that a removed administrator is out at once (T-22); while the registry is away,
   * the last one of up to 30 s ago.
   */
  findAdministrator(administratorId: string): Promise<Administrator | undefined>
  /** The administrator with this identity at sign-ins through this tenant. */
  findAdministratorByIdentity(
    tenantId: string,
    directoryId: string,
    objectId: string,
  ): Promise<Administrator | undefined>
}

export type AuditLog = { recordAuditEvent(event: SentAuditEvent): Promise<AuditAnswer> }

/** The tenant registry, one service behind four ports. */
export type Registry = TenantCatalogue & Connections & Administrators & AuditLog

export interface Roster {
  findByIdentity(tenantId: string, directoryId: string, objectId: string): Promise<RosterEntry | undefined>
  findById(tenantId: string, userId: string): Promise<RosterEntry | undefined>
  /** For sessions that exist: while the roster is away, its last answer of up to 30 s ago. */
  recheckById(tenantId: string, userId: string): Promise<RosterEntry | undefined>
  recheckByIdentity(tenantId: string, directoryId: string, objectId: string): Promise<RosterEntry | undefined>
  /** Tenants and directories in which the person of an address may be, whether or not the person exists. */
  findCandidates(address: string): Promise<SignInCandidates>
}

/** People whose sessions the roster has ended. A claim lasts half a minute or until `done`. */
export interface Revocations {
  claim(limit: number): Promise<Revocation[]>
  done(revoked: readonly Revocation[]): Promise<void>
}

/** An authorization request that waits for the person to sign in. */
export type Attempt = {
  uid: string
  /** Hash of the browser's cookie that the attempt is bound to. */
  browser: string
  prompt: string
  reasons: readonly string[]
  clientId: string
  clientName: string
  redirectOrigin: string
  /** Reached by submitting a form: the page's policy lets no redirect leave this host (CSP `form-action`). */
  isOfForm: boolean
  loginHint: string | undefined
  domainHint: string | undefined
  uiLocales: string | undefined
  /** Slug of the tenant that the app asks for, on a shared host. */
  tenantHint: string | undefined
  /** Account of the session, if there is one. */
  accountId: string | undefined
}

export type AttemptResult =
  | { kind: 'signed-in'; accountId: string; amr: string[]; microsoftSid?: string | undefined }
  | { kind: 'resolved' }
  | { kind: 'refused' }

/** Of this browser, with the path that makes its request once more; of another browser; or never seen. */
export type LostAttempt = { kind: 'own'; again: string | undefined } | { kind: 'foreign' } | { kind: 'unknown' }

/** The login behind a session cookie: one of this host, or a session of another tenant or shared host. */
export type Login = { kind: 'own'; accountId: string; loginAt: number; uid: string } | { kind: 'foreign' }

export interface OpenIdProvider {
  /**
   * Answers an OpenID Connect endpoint; `path` is relative to the issuer. `browsers` are the hashes of the browser's
   * cookies; a new attempt is bound to `browser`.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    options: { path: string; browser: string | undefined; browsers: readonly string[]; look: () => Look },
  ): Promise<{ isWrongUserCode: boolean }>
  /** The attempt of this browser; undefined when it has expired, ended, or belongs to another browser. */
  findAttempt(
    request: IncomingMessage,
    response: ServerResponse,
    browsers: readonly string[],
  ): Promise<Attempt | undefined>
  /** What is known of an attempt that `findAttempt` does not find. */
  findLostAttempt(uid: string, browsers: readonly string[]): Promise<LostAttempt>
  /** Ends the attempt. Returns the address to redirect the browser to. */
  endAttempt(
    request: IncomingMessage,
    response: ServerResponse,
    attempt: Attempt,
    result: AttemptResult,
  ): Promise<string>
  /** The login of a session cookie. The caller checks whether the person is still admitted. */
  findLogin(cookieHeader: string | undefined): Promise<Login | undefined>
  /** A listed session of this host as it is now; undefined when it has ended. */
  findLive(session: PersonSession): Promise<LiveSession | undefined>
  /** Ends a login with its tokens; false when this person has none of this uid. */
  endSession(accountId: string, uid: string): Promise<boolean>
  /** Ends a grant with its tokens. */
  endGrant(grantId: string): Promise<void>
}
export type OpenIdProviders = (site: SignInSite) => Promise<OpenIdProvider>

/** `receiver`: the address. */
export type DueLogoutNotice = { id: string; receiver: string; app: string; tenant: string }
export type ClaimedLogoutNotice = LogoutNotice & { id: string; attempts: number }

/** Notices for apps whose sessions have ended. */
export type LogoutNotices = {
  add(notices: readonly LogoutNotice[]): Promise<void>
  /** Notices due now, oldest first; for each tenant at each receiver at most the limit. */
  listDue(limitOfReceiver: number): Promise<DueLogoutNotice[]>
  /** Claims those still due for half a minute; `attempts` counts this one. */
  claim(ids: readonly string[]): Promise<ClaimedLogoutNotice[]>
  remove(id: string): Promise<void>
  postpone(id: string, seconds: number): Promise<void>
  /** Takes this attempt off the count; the notice is due again when the claim ends. */
  putBack(id: string): Promise<void>
}

export type BackendToken = (backend: Backend, principal: Principal) => string
/** Origins of the services behind the admin API. */
export type Backends = Readonly<Record<Backend, string>>

export type Ports = {
  registry: Registry
  roster: Roster
  microsoft: Microsoft
  records: RecordSpaces
  microsoftSessions: MicrosoftSessions
  personSessions: PersonSessions
  providers: OpenIdProviders
  clock: Clock
  signingKeys: SigningKeys
  backendToken: BackendToken
}

/** What routes and their steps need. `baseUrl`: scheme, base domain and port of the platform. */
export type Parts = Ports & { baseUrl: string }
