import { isLoopbackHost } from '@jackfield/configuration/settings'
import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import { serviceClient } from '@jackfield/internal-token/service-client'
import type { OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { auditOutbox } from '@jackfield/postgres/audit-outbox'
import type pg from 'pg'
import type { HoldPolicy } from '../domain/extension-hold.ts'
import type { RunSlots } from '../domain/fair-share.ts'
import type { SyncSettings } from '../domain/sync-settings.ts'
import { appOnlyTokens } from './graph/app-only-tokens.ts'
import { graphClient, type ShortenedWait } from './graph/graph-client.ts'
import { graphDirectory } from './graph/graph-directory.ts'
import { signedCursors } from './graph/graph-paging.ts'
import { graphSubscriptions } from './graph/graph-subscriptions.ts'
import { postgresSubscriptions } from './notifications/postgres-subscriptions.ts'
import { postgresWebhookEndpoints } from './outbox/webhook-endpoints.ts'
import { webhookOutbox } from './outbox/webhook-outbox.ts'
import { isWebhookAddress, webhookSender } from './outbox/webhook-sender.ts'
import { bullBoard } from './queue/bull-board.ts'
import type { QueuesOptions } from './queue/bullmq-engine.ts'
import { bullmqSyncQueue } from './queue/bullmq-sync-queue.ts'
import { registryClient } from './registry-client.ts'
import { extensionHolds } from './roster/extension-holds.ts'
import { postgresAccountUsers } from './roster/postgres-account-users.ts'
import { postgresBindingPlans } from './roster/postgres-binding-plans.ts'
import { postgresBindings } from './roster/postgres-bindings.ts'
import { postgresHomeRealms } from './roster/postgres-home-realms.ts'
import { postgresImportRules } from './roster/postgres-import-rules.ts'
import { postgresPhoneSystems } from './roster/postgres-phone-systems.ts'
import { postgresPhoneUsers } from './roster/postgres-phone-users.ts'
import { postgresRevocations } from './roster/postgres-revocations.ts'
import { postgresTenantData } from './roster/postgres-tenant-data.ts'
import { runEndings } from './sync-runs/run-endings.ts'
import { runLeases } from './sync-runs/run-leases.ts'
import { runPages } from './sync-runs/run-pages.ts'
import { syncHealth } from './sync-runs/sync-health.ts'
import { syncRuns } from './sync-runs/sync-runs.ts'
import { syncSchedule } from './sync-runs/sync-schedule.ts'
import { inScope, scopedPool } from './tenant-scope.ts'

export type ConnectionOptions = {
  pool: pg.Pool
  queue: QueuesOptions
  runSlots: RunSlots
  internalTokenKeys: readonly Buffer[]
  registryUrl: string
  microsoft: OriginOverrides
  sync: SyncSettings
  holds: HoldPolicy
  webhookBaseUrl: string | undefined
  /** Seal signing secrets; without a key no webhook endpoint can be made. */
  sealingKeys: readonly Buffer[]
  /** Called for a webhook endpoint whose signing secret no key opens. */
  onUnopened?: (what: string) => void
  onShortenedWait: (wait: ShortenedWait) => void
}

/** Every port, connected to its real counterpart. */
export function connectedPorts({
  pool: confined,
  queue,
  runSlots,
  internalTokenKeys,
  registryUrl,
  microsoft,
  sync,
  holds,
  webhookBaseUrl,
  sealingKeys,
  onUnopened = () => undefined,
  onShortenedWait,
}: ConnectionOptions) {
  const pool = scopedPool(confined)
  const [key] = internalTokenKeys
  if (!key) throw new TypeError('INTERNAL_TOKEN_KEYS has no key.')
  // An emulator and its webhook receivers are on this machine.
  const allowsLoopback =
    microsoft.MICROSOFT_GRAPH_URL !== undefined && isLoopbackHost(new URL(microsoft.MICROSOFT_GRAPH_URL).hostname)
  const registry = registryClient(
    serviceClient({
      issuer: 'user-sync-worker',
      audience: 'tenant-registry',
      baseUrl: registryUrl,
      keys: internalTokenKeys,
    }),
  )
  const graph = graphClient({
    overrides: microsoft,
    tokens: appOnlyTokens(registry.recordCredentialUse),
    onShortenedWait,
  })
  return {
    inScope,
    registry,
    directory: graphDirectory({ graph, cursors: signedCursors(key) }),
    runs: syncRuns(pool),
    leases: runLeases(pool, runSlots),
    pages: runPages(pool, sync),
    endings: runEndings(pool, sync),
    schedule: syncSchedule(pool, sync),
    syncHealth: syncHealth(pool, sync),
    queue: bullmqSyncQueue(queue),
    jobBoard: bullBoard(queue),
    users: postgresPhoneUsers(pool, holds),
    homeRealms: postgresHomeRealms(pool, key),
    phoneSystems: postgresPhoneSystems(pool, holds),
    bindings: postgresBindings(pool, holds),
    extensionHolds: extensionHolds(pool),
    importRules: postgresImportRules(pool),
    bindingPlans: postgresBindingPlans(pool, holds),
    auditEvents: auditOutbox<SentAuditEvent>(pool, 'roster.pending_audit_event'),
    accountUsers: postgresAccountUsers(pool),
    revocations: postgresRevocations(pool),
    tenantData: postgresTenantData(pool),
    webhookEndpoints: postgresWebhookEndpoints(pool, sealingKeys),
    webhookOutbox: webhookOutbox(pool, sealingKeys, () => onUnopened('webhook secret')),
    sendWebhook: webhookSender({ allowsLoopback }),
    isWebhookAddress: (text: string) => isWebhookAddress(text, allowsLoopback),
    subscriptions: postgresSubscriptions(pool),
    /** Undefined where no address is set that Microsoft could post to. */
    graphSubscriptions: graphSubscriptions(graph, webhookBaseUrl),
  }
}
