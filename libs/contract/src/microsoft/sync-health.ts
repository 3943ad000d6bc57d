import { z } from 'zod'
import { Timestamp } from '../http/identifier.ts'

/** Why an account is not in step with its directory. */
export const SyncFailure = z.object({
  /**
   * As the last run that failed has it in its `error`; `overdue` when none failed, yet none succeeded for long either.
   */
  code: z.string().max(64),
  /** What was asked of Microsoft, and its words; bounded and without control characters. */
  message: z.string().max(1_000),
  remedy: z.string().max(500),
  /** When a run succeeded last; when they began to fail, if none ever did. */
  since: Timestamp,
  /** Runs that failed since. */
  failures: z.int().min(0),
})
export type SyncFailure = z.infer<typeof SyncFailure>

/**
 * tenant-registry `POST /internal/tenants/{tenantId}/microsoft-accounts/{accountId}/sync-health`: whether the account's
 * runs keep it in step; `failure` is null when they do. Told when that changes and with each further failure; told
 * again, it changes nothing.
 */
export const SyncHealth = z.object({ failure: SyncFailure.nullable() })
export type SyncHealth = z.infer<typeof SyncHealth>
