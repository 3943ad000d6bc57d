/**
 * How much of a kind one tenant may have, so that none grows without bound (T-130). docs/admin-api.md repeats these.
 * Links count until they are used or expire, runs until they are over.
 */
export const TENANT_LIMITS = {
  'microsoft-accounts': 100,
  'api-keys': 100,
  administrators: 500,
  'hand-over-links': 100,
  'consent-links': 500,
  'control-sign-in-links': 100,
  'webhook-endpoints': 50,
  'phone-systems': 200,
  /** Of one phone system. */
  extensions: 100_000,
  'sync-runs': 300,
} as const
export type TenantLimit = keyof typeof TENANT_LIMITS
