import { z } from 'zod'
import { Timestamp } from '../http/identifier.ts'

/**
 * Why Microsoft Graph made or renewed no subscription. `words` are Graph's own, bounded and without control characters;
 * of `unavailable` ours.
 */
export const SubscriptionFailure = z.object({
  kind: z.enum(['address-unreachable', 'limit-reached', 'not-permitted', 'refused', 'throttled', 'unavailable']),
  code: z.string().max(64).nullable(),
  words: z.string().max(300).nullable(),
})
export type SubscriptionFailure = z.infer<typeof SubscriptionFailure>

/**
 * user-sync-worker `POST /internal/tenants/{tenantId}/microsoft-accounts/{accountId}/notification-check`: whether
 * Graph sends change notifications for the account. A request also retries a subscription that could not be
 * created.
 */
export const NotificationHealth = z.object({
  /** Whether there is an address that Graph could post to. */
  isConfigured: z.boolean(),
  /** Null while the account is not synchronised, because no person was imported through it. */
  subscription: z
    .object({
      /** Null: there is none at Graph. */
      until: Timestamp.nullable(),
      since: Timestamp.nullable(),
      lastNotifiedAt: Timestamp.nullable(),
      /** A run found changes for which no notification had arrived. */
      isQuiet: z.boolean(),
      /** Of the last attempt; null when it succeeded. */
      failure: SubscriptionFailure.extend({ at: Timestamp }).nullable(),
    })
    .nullable(),
})
export type NotificationHealth = z.infer<typeof NotificationHealth>
