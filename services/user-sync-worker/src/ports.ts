import type { NewAuditEvent, SentAuditEvent } from '@jackfield/contract/audit-event'
import type { BindingRules } from '@jackfield/contract/binding-suggestion'
import type { ImportRules } from '@jackfield/contract/import-rule'
import type {
  Connection,
  CredentialUse,
  RosterEntry,
  RosterOfAccount,
  RosterOfTenant,
  SignInCandidates,
} from '@jackfield/contract/internal-api'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft-user'
import type { Page } from '@jackfield/contract/page'
import type { Extension, NewExtensions, PhoneSystem } from '@jackfield/contract/phone-system'
import type { Binding, ExtensionHolder, PhoneUserQuery } from '@jackfield/contract/phone-user'
import type { Revocation } from '@jackfield/contract/revocation'
import type { SyncFailure } from '@jackfield/contract/sync-health'
import type { connectedPorts } from './adapters/connected-ports.ts'
import type { SuggestedExtension, UnboundUser } from './domain/binding-suggestions.ts'
import type { DirectoryFailure } from './domain/directory-failure.ts'
import type { DirectoryItem } from './domain/directory-item.ts'
import type { ReadUser } from './domain/directory-user.ts'
import type { Ticks } from './domain/user-ticks.ts'
import type { DueRun } from './sync-run-ports.ts'

// Everything outside of this service. Other services, Microsoft and the queue are described here; what Postgres keeps is
// described by the adapter that keeps it.

export type Ports = ReturnType<typeof connectedPorts>

export type Unavailable = { kind: 'unavailable' }
export type PageRequest = { cursor: string | undefined; limit: number }
export type BadCursor = { kind: 'bad-cursor' }
/** Whether a version is one that the caller has seen (`If-Match`). */
export type IsSeen = (version: number) => boolean
/** An audit event of the registry's log, before its row in the outbox gives it an id and a time. */
export type AuditEntry = NewAuditEvent & { tenantId: string }
/** An object of ids and times, then a sentence. */
export type WorkerLog = Record<'info' | 'warn', (about: object, text: string) => void>
/** Confines the database work of `work` to a tenant; `every-tenant` is for work above all of them. */
export type InScope = <Result>(scope: string, work: () => Result) => Result

/** tenant-registry: who the tenants are and how their Microsoft accounts are reached. */
export type Registry = {
  hasTenant(tenantId: string): Promise<boolean | Unavailable>
  findConnection(tenantId: string, accountId: string): Promise<Connection | undefined | Unavailable>
  /** Which of two credentials Entra ID accepted, while one replaces the other. */
  recordCredentialUse(connection: Connection, use: CredentialUse): Promise<void>
  /** Idempotent by the event's id. `refused` is for good; `failed` is for now, other events may still be taken. */
  recordAuditEvent(event: SentAuditEvent): Promise<true | Unavailable | { kind: 'refused' | 'failed'; reason: string }>
  /** Whether an account is in step: null. Unknown accounts are ignored. */
  recordSyncHealth(tenantId: string, accountId: string, failure: SyncFailure | null): Promise<true | Unavailable>
}

/** One Microsoft directory, read through Graph with the account's own credential. */
export type Directory = {
  /** A page of everybody; `next` of the page before goes in as `from`. */
  listUsers(connection: Connection, from: string | null, signal: AbortSignal): Promise<ListedPage | DirectoryFailure>
  /** Those of `ids` that exist. */
  findUsers(
    connection: Connection,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<DirectoryPage | DirectoryFailure>
  /** A page in order of names, of those whose name, UPN, mail or department begins with `search`. */
  searchUsers(
    connection: Connection,
    request: PageRequest & { search: string },
  ): Promise<DirectoryPage | DirectoryFailure | BadCursor>
  /** The present place in the directory's changes: what changes from now on is told from there. */
  latestChange(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ kind: 'place'; deltaLink: string } | DirectoryFailure>
  /**
   * A page of changes; `next` or `deltaLink` of the page before goes in as `from`. The last page of a round has the
   * next `deltaLink`.
   */
  listChanges(connection: Connection, from: string, signal: AbortSignal): Promise<ChangePage | DirectoryFailure>
  /**
   * Object ids of a page of users who are in a set of `setsOf`: a group's members, nested ones too, or who has a
   * licence.
   */
  listMembers(
    connection: Connection,
    set: string,
    from: string | null,
    signal: AbortSignal,
  ): Promise<MembersPage | DirectoryFailure>
  /** Undefined when the directory does not tell. */
  countUsers(connection: Connection, signal: AbortSignal): Promise<number | undefined>
  countKinds(connection: Connection): Promise<{ kind: 'counts'; counts: MicrosoftUserCount } | DirectoryFailure>
}
export type ChangePage = { kind: 'page'; items: DirectoryItem[] } & (
  | { next: string; deltaLink: null }
  | { next: null; deltaLink: string }
)
export type MembersPage = { kind: 'page'; ids: string[]; next: string | null }
/** A page of everybody as it came. */
export type ListedPage = {
  kind: 'page'
  /**
   * What the page says without being read: 32 hex digits that are the same for pages that say the same of the same
   * people, and where the listing goes on, which is certain only of a page whose digest `read` has told before. Null
   * when it has to be read.
   */
  told: { digest: string; next: string | null } | null
  /** Once. `digest` is null when what is told without reading it is not to be relied on. */
  read(): (DirectoryPage & { digest: string | null }) | DirectoryFailure
  /** It will not be read: its memory is the next page's. */
  release(): void
}
export type DirectoryPage = { kind: 'page'; users: ReadUser[]; next: string | null }

export type SubscriptionAnswer =
  | { kind: 'subscribed'; id: string; expiresAt: Date }
  | { kind: 'missing' }
  | DirectoryFailure
/** Subscriptions to changes of a directory's users, at Microsoft. */
export type GraphSubscriptions = {
  create(connection: Connection, clientState: string): Promise<SubscriptionAnswer>
  renew(connection: Connection, id: string): Promise<SubscriptionAnswer>
  delete(connection: Connection, id: string): Promise<'deleted' | DirectoryFailure>
}

export type WaitingMessage = {
  seq: string
  id: string
  endpointId: string
  url: string
  secret: Uint8Array
  body: string
}
export type WebhookFailure = { kind: 'failed'; reason: string; isGone: boolean; retryAfterSeconds: number }
/** Posts a webhook to its receiver. */
export type SendWebhook = (message: WaitingMessage) => Promise<{ kind: 'delivered' } | WebhookFailure>

export type QueueCounts = {
  name: string
  states: Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>
}
/** Brings due runs to a worker soon. It may lose them: the rows in Postgres bring them back. */
export type SyncQueue = {
  enqueue(run: DueRun, delaySeconds?: number): Promise<void>
  enqueueAll(runs: readonly DueRun[]): Promise<void>
  /** Jobs in the queue's store, by state. */
  counts(): Promise<QueueCounts>
  close(): Promise<void>
}
/**
 * Hands due runs to `handle` until closed; `stopping` asks a slice in flight to end soon. A throw is retried with
 * backoff.
 */
export type ConsumeSyncRuns = (
  handle: (data: unknown, stopping: AbortSignal) => Promise<void>,
) => Promise<{ close(): Promise<void> }>

/** By which rules the users of a Microsoft account are synced without being ticked by hand. */
export type ImportRuleBook = {
  /** Version 0 when there are none. */
  find(tenantId: string, accountId: string): Promise<{ rules: ImportRules; version: number }>
  /** A full comparison becomes due. The new version; undefined when the rules are no longer at `version`. */
  put(
    account: { tenantId: string; accountId: string; directoryId: string },
    rules: ImportRules,
    version: number | undefined,
    entry: AuditEntry,
  ): Promise<number | undefined>
}

/** What bindings are proposed from. */
export type BindingPlans = {
  /** Version 0 when there are none. */
  rules(tenantId: string): Promise<{ rules: BindingRules; version: number }>
  /** The new version; undefined when they are no longer at `version`. */
  putRules(
    tenantId: string,
    rules: BindingRules,
    version: number | undefined,
    entry: AuditEntry,
  ): Promise<number | undefined>
  /** Active, synced and not bound in the phone system, in order of names. */
  unboundUsers(tenantId: string, phoneSystemId: string, limit: number): Promise<UnboundUser[]>
  extensions(tenantId: string, phoneSystemId: string): Promise<SuggestedExtension[]>
}

/** The people whom a Microsoft account brought. */
export type AccountUsers = {
  count(tenantId: string, accountId: string): Promise<RosterOfAccount>
  subscriptionOf(tenantId: string, accountId: string): Promise<string | null>
  /** Ends all work for the account and everybody's SSO; users and extensions stay (S49). Answers what hung on it. */
  disconnect(tenantId: string, accountId: string, entry: AuditEntry): Promise<RosterOfAccount>
}

/** People whose sessions ended, until the gateway has told their apps. */
export type Revocations = {
  /** Those that are due, tenants by turns, each handed to one caller for half a minute. */
  claim(limit: number): Promise<Revocation[]>
  /** Except who was revoked anew since. */
  forget(told: readonly Revocation[]): Promise<void>
  forgetOld(): Promise<void>
}

/** All that the roster knows of a tenant. */
export type TenantData = {
  count(tenantId: string): Promise<RosterOfTenant>
  isRemoved(tenantId: string): Promise<boolean>
  /**
   * For good: nothing but audit events is left, and nothing is added any more. Answers the subscriptions it had at
   * Microsoft.
   */
  erase(tenantId: string, entry: AuditEntry): Promise<Array<{ accountId: string; subscriptionId: string }>>
}

export type ReadUserRecord = RosterEntry & { version: number }
export type PhoneUsers = {
  find(tenantId: string, userId: string): Promise<ReadUserRecord | undefined>
  findByIdentity(tenantId: string, directoryId: string, objectId: string): Promise<ReadUserRecord | undefined>
  list(tenantId: string, query: PhoneUserQuery): Promise<Page<RosterEntry> | BadCursor>
  /** Ticks of those of `objectIds` that are in the roster. */
  ticksOf(tenantId: string, directoryId: string, objectIds: readonly string[]): Promise<Map<string, Ticks>>
  /** False when the user is no longer at `version`. */
  changeTicks(tenantId: string, userId: string, version: number, ticks: Ticks, entry: AuditEntry): Promise<boolean>
}

/** In whose directories a person may be who only gives an address. */
export type HomeRealms = {
  /** `address` in lower case, or `@` and a domain; one nobody has is answered like one of its domain. */
  find(address: string): Promise<SignInCandidates>
}

export type PhoneSystems = {
  create(tenantId: string, name: string, entryFor: (id: string) => AuditEntry): Promise<PhoneSystem>
  find(tenantId: string, phoneSystemId: string): Promise<PhoneSystem | undefined>
  list(tenantId: string, page: PageRequest): Promise<Page<PhoneSystem> | BadCursor>
  /** Existing numbers stay as they are. */
  addExtensions(
    tenantId: string,
    phoneSystemId: string,
    items: NewExtensions['items'],
    entryFor: (created: number) => AuditEntry,
  ): Promise<{ created: number; unchanged: number }>
  listExtensions(tenantId: string, phoneSystemId: string, page: PageRequest): Promise<Page<Extension> | BadCursor>
}

/**
 * The extensions of people who left. `since`: whoever has been deleted, or disabled, at least that long; null: nobody.
 */
export type ExtensionHolds = {
  /** Ends bindings, remembers and records them. How many; as many as `limit` when there may be more. */
  release(since: Record<'deleted' | 'disabled', Date | null>, limit: number): Promise<number>
  /** Binds whoever came back, where the extension is free. How many, likewise. */
  giveBack(limit: number): Promise<number>
}

export type BindingTarget = { tenantId: string; userId: string; phoneSystemId: string }
export type BindingOutcome =
  | { kind: 'bound'; binding: Binding; version: number }
  | {
      kind: 'user-not-found' | 'user-not-active' | 'phone-system-not-found' | 'extension-not-found' | 'version-conflict'
    }
  | { kind: 'taken'; holder: ExtensionHolder }
/** Bindings are a part of their user: each change of one makes a new version of the user. */
export type Bindings = {
  /** `entry` is recorded when the binding changes. */
  put(target: BindingTarget, extension: string, entry: AuditEntry, isSeen?: IsSeen): Promise<BindingOutcome>
  /** Also when there was none; then nothing is recorded. */
  remove(
    target: BindingTarget,
    entry: AuditEntry,
    isSeen?: IsSeen,
  ): Promise<{ kind: 'unbound'; version: number } | { kind: 'user-not-found' | 'version-conflict' }>
}
