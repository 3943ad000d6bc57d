import type { NewAuditEvent, SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { Connection, CredentialUse } from '@jackfield/contract/internal/internal-api'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft/microsoft-user'
import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { AuditAnswer } from '@jackfield/internal-token/audit-client'
import type { connectedPorts } from './adapters/connected-ports.ts'
import type { DirectoryFailure } from './domain/directory-failure.ts'
import type { DirectoryItem } from './domain/directory-item.ts'
import type { ReadUser } from './domain/directory-user.ts'
import type { Country } from './domain/phone-number.ts'
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
  /** Where the tenant's national phone numbers are from; null when it does not say, or nobody answers. */
  countryOf(tenantId: string): Promise<Country>
  findConnection(tenantId: string, accountId: string): Promise<Connection | undefined | Unavailable>
  /** Which of two credentials Entra ID accepted, while one replaces the other. */
  recordCredentialUse(connection: Connection, use: CredentialUse): Promise<void>
  recordAuditEvent(event: SentAuditEvent): Promise<AuditAnswer>
  /** Reports why an account is not in step; null: it is. Unknown accounts are ignored. */
  recordSyncHealth(tenantId: string, accountId: string, failure: SyncFailure | null): Promise<true | Unavailable>
}

/** One Microsoft directory, read through Graph with the account's own credential. */
export type Directory = {
  /** A page of all users; `from` is `next` of the page before. */
  listUsers(connection: Connection, from: string | null, signal: AbortSignal): Promise<DirectoryPage | DirectoryFailure>
  /** Those of `ids` that exist. */
  findUsers(
    connection: Connection,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<DirectoryPage | DirectoryFailure>
  /** A page in order of names of the users whose name, UPN, mail or department begins with `search`. */
  searchUsers(
    connection: Connection,
    request: PageRequest & { search: string },
  ): Promise<DirectoryPage | DirectoryFailure | BadCursor>
  /** The delta link that leads to all later changes; null in a directory that tells no changes. */
  latestChange(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ kind: 'place'; deltaLink: string | null } | DirectoryFailure>
  /** A page of changes; `from` is `next` or `deltaLink` of the page before. The last page has the next `deltaLink`. */
  listChanges(connection: Connection, from: string, signal: AbortSignal): Promise<ChangePage | DirectoryFailure>
  /** Object ids of a page of a set of `setsOf`: a group's members, nested ones too, or the holders of a licence. */
  listMembers(
    connection: Connection,
    set: string,
    from: string | null,
    signal: AbortSignal,
  ): Promise<MembersPage | DirectoryFailure>
  /** Undefined when Graph gives no count. */
  countUsers(connection: Connection, signal: AbortSignal): Promise<number | undefined>
  countKinds(connection: Connection): Promise<{ kind: 'counts'; counts: MicrosoftUserCount } | DirectoryFailure>
}
export type ChangePage = { kind: 'page'; items: DirectoryItem[] } & (
  | { next: string; deltaLink: null }
  | { next: null; deltaLink: string }
)
export type MembersPage = { kind: 'page'; ids: string[]; next: string | null }
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
  /** Jobs in the queues' store, by state. */
  counts(): Promise<QueueCounts[]>
  /** Fails when the queue's store does not take writes now. */
  proveWrite(): Promise<void>
  close(): Promise<void>
}
/**
 * Hands due runs to `handle` until closed; `stopping` asks a slice in flight to end soon. A throw is retried with
 * backoff.
 */
export type ConsumeSyncRuns = (
  handle: (data: unknown, stopping: AbortSignal) => Promise<void>,
) => Promise<{ close(): Promise<void> }>
