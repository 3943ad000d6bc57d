import type { NewAuditEvent, SentAuditEvent } from '@jackfield/contract/audit-event'
import type { BindingRules } from '@jackfield/contract/binding-suggestion'
import type { LifecycleEvent } from '@jackfield/contract/graph-notification'
import type { ImportRules } from '@jackfield/contract/import-rule'
import type {
  Connection,
  CredentialUse,
  RosterEntry,
  RosterOfAccount,
  RosterOfTenant,
  SignInCandidates,
} from '@jackfield/contract/internal-api'
import type { NotificationHealth, SubscriptionFailure } from '@jackfield/contract/notification-health'
import type { Page } from '@jackfield/contract/page'
import type { Extension, NewExtensions, PhoneSystem } from '@jackfield/contract/phone-system'
import type { Binding, ExtensionHolder, PhoneUserQuery } from '@jackfield/contract/phone-user'
import type { Revocation } from '@jackfield/contract/revocation'
import type { SyncFailure } from '@jackfield/contract/sync-health'
import type { NewWebhookEndpoint, WebhookEndpoint } from '@jackfield/contract/webhook-endpoint'
import type { Directory } from './directory-ports.ts'
import type { SuggestedExtension, UnboundUser } from './domain/binding-suggestions.ts'
import type { DirectoryFailure } from './domain/directory-failure.ts'
import type { Ticks } from './domain/user-ticks.ts'
import type { SyncHealthBook } from './sync-health-ports.ts'
import type { DueRun, SyncRuns } from './sync-run-ports.ts'

// The outside world of this service.

export type Unavailable = { kind: 'unavailable' }
export type PageRequest = { cursor: string | undefined; limit: number }
export type BadCursor = { kind: 'bad-cursor' }

/** tenant-registry: who the tenants are and how their Microsoft accounts are reached. */
export type Registry = {
  hasTenant(tenantId: string): Promise<boolean | Unavailable>
  findConnection(tenantId: string, accountId: string): Promise<Connection | undefined | Unavailable>
  /** Which of two credentials Entra ID took, while one replaces the other. */
  recordCredentialUse(connection: Connection, use: CredentialUse): Promise<void>
  /** Keeps an event once, however often it is sent. */
  /** `refused`: it takes this one never; `failed`: not now, while it may take others. */
  recordAuditEvent(event: SentAuditEvent): Promise<true | Unavailable | { kind: 'refused' | 'failed'; reason: string }>
  /** Whether an account is in step; of one that it does not know there is nothing to keep. */
  recordSyncHealth(tenantId: string, accountId: string, failure: SyncFailure | null): Promise<true | Unavailable>
}

/** What somebody did, as the audit log of the registry keeps it. Written with the deed, sent later. */
export type AuditEntry = NewAuditEvent & { tenantId: string }
export type PendingAuditEvents = {
  /** The oldest that are due, each handed to one caller for half a minute. */
  claim(limit: number): Promise<Array<{ id: string; event: SentAuditEvent }>>
  delete(ids: readonly string[]): Promise<void>
  /** Not now: each later than the time before. */
  postpone(ids: readonly string[]): Promise<void>
  /** Never again by itself; it stays, for people to see to. */
  setAside(id: string): Promise<void>
  countSetAside(): Promise<number>
}

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

export type ClaimedSubscription = {
  tenantId: string
  accountId: string
  directoryId: string
  /** Null when there is none at Microsoft, or one of another directory. */
  subscriptionId: string | null
  isQuiet: boolean
}
type Told = { subscriptionId: string; directoryId: string; clientState: string }
/** What we know of the subscriptions at Microsoft, and what they told. */
export type Subscriptions = {
  /** Those to be made or renewed now, each handed to one caller for a minute. */
  claimDue(limit: number): Promise<ClaimedSubscription[]>
  expectState(accountId: string, clientState: string): Promise<void>
  /** `isNew`: nobody told of changes for a while. */
  keep(claimed: ClaimedSubscription, subscription: { id: string; expiresAt: Date }, isNew: boolean): Promise<void>
  /** Not before `seconds`, and later with every failure. Without `failure` it was not Graph's. */
  postpone(accountId: string, seconds: number, failure?: SubscriptionFailure): Promise<void>
  /** What is known of it; null when the account is not kept in step. One that failed is tried again soon. */
  check(tenantId: string, accountId: string): Promise<NotificationHealth['subscription']>
  /** For each whether it comes from the account's own subscription. */
  judge(accountId: string, told: readonly Told[]): Promise<boolean[]>
  /** The same, and when one does, a delta is due from now on: something changed. */
  hear(accountId: string, told: readonly Told[]): Promise<boolean[]>
  follow(accountId: string, event: LifecycleEvent): Promise<void>
  /** At most once a minute for an account; an unknown account has no tenant to tell. */
  noteRefusal(accountId: string, entryFor: (tenantId: string) => AuditEntry): Promise<void>
}

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

/** Addresses of phone systems that are told what changed. */
export type WebhookEndpoints = {
  /** Undefined where no key is set to seal its secret with. */
  create(
    tenantId: string,
    endpoint: NewWebhookEndpoint,
    entryFor: (id: string) => AuditEntry,
  ): Promise<{ id: string; secret: string } | undefined>
  list(tenantId: string, page: PageRequest): Promise<Page<WebhookEndpoint> | BadCursor>
  has(tenantId: string, id: string): Promise<boolean>
  delete(tenantId: string, id: string, entry: AuditEntry): Promise<boolean>
  /** Undefined when there is no such endpoint. */
  replay(
    tenantId: string,
    id: string,
    since: string | undefined,
    entry: AuditEntry,
  ): Promise<{ messages: number } | undefined>
}
export type WaitingMessage = {
  seq: string
  id: string
  endpointId: string
  url: string
  secret: Uint8Array
  body: string
}
/** `id`: the message's `seq`; `isFailing`: the endpoint's last delivery failed. */
export type DueMessage = { id: string; endpoint: string; tenant: string; isFailing: boolean }
export type WebhookFailure = { kind: 'failed'; reason: string; isGone: boolean; retryAfterSeconds: number }
export type WebhookOutcome = { kind: 'delivered' } | WebhookFailure
export type SendWebhook = (message: WaitingMessage) => Promise<WebhookOutcome>
/** What was written in the transactions of its causes, and has not arrived yet. */
export type WebhookOutbox = {
  /** What may be sent now, oldest first; of each endpoint at most as much as the limit says. */
  listDue(limitOfEndpoint: number): Promise<DueMessage[]>
  /** Those of these that are still due, each handed to one caller for a minute. */
  claim(seqs: readonly string[]): Promise<WaitingMessage[]>
  delivered(message: WaitingMessage): Promise<void>
  failed(message: WaitingMessage, failure: WebhookFailure): Promise<void>
  forgetOld(): Promise<void>
}

export type QueueCounts = {
  name: string
  states: Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>
}
/** Brings due runs to a worker soon. It may lose them: the rows in Postgres bring them back. */
export type SyncQueue = {
  enqueue(run: DueRun, delaySeconds?: number): Promise<void>
  enqueueAll(runs: readonly DueRun[]): Promise<void>
  /** How many jobs the queue's store has, by state. */
  counts(): Promise<QueueCounts>
  close(): Promise<void>
}

type BoardRequest = {
  isReadOnly: boolean
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
}
/** A dashboard of the queues: one page, the files and the calls it makes, all below one path. */
export type JobBoard = {
  /** Paths below that one which all show the page. */
  pagePaths: readonly string[]
  page(basePath: string): string
  filesDirectory: string
  calls: ReadonlyArray<{
    method: string
    path: string
    answer(request: BoardRequest): Promise<{ status: number; body: unknown }>
  }>
  close(): Promise<void>
}

/**
 * Hands due runs to `handle` until closed; `stopping` tells a slice under way to end soon. A throw is tried again, with
 * back-off.
 */
export type ConsumeSyncRuns = (
  handle: (data: unknown, stopping: AbortSignal) => Promise<void>,
) => Promise<{ close(): Promise<void> }>

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
/** Whether the version of a user is one the caller has seen. */
export type IsSeen = (version: number) => boolean
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

/** Confines what `work` does in the database to a tenant; `every-tenant` is for work above all of them. */
export type InScope = <Result>(scope: string, work: () => Result) => Result

export type Ports = {
  inScope: InScope
  registry: Registry
  directory: Directory
  runs: SyncRuns
  syncHealth: SyncHealthBook
  queue: SyncQueue
  jobBoard: JobBoard
  users: PhoneUsers
  homeRealms: HomeRealms
  phoneSystems: PhoneSystems
  bindings: Bindings
  extensionHolds: ExtensionHolds
  importRules: ImportRuleBook
  bindingPlans: BindingPlans
  auditEvents: PendingAuditEvents
  accountUsers: AccountUsers
  revocations: Revocations
  tenantData: TenantData
  webhookEndpoints: WebhookEndpoints
  webhookOutbox: WebhookOutbox
  sendWebhook: SendWebhook
  isWebhookAddress(text: string): boolean
  subscriptions: Subscriptions
  /** Undefined where no address is set that Microsoft could post to. */
  graphSubscriptions: GraphSubscriptions | undefined
}
