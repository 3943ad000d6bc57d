import {
  KeyEncryptionKeys,
  Origin,
  RedisSettings,
  ServiceSettings,
  ServiceUrl,
} from '@jackfield/configuration/settings'
import { MicrosoftOriginSettings } from '@jackfield/microsoft-identity/origin-settings'
import { z } from 'zod'

export const Config = z.object({
  ...ServiceSettings,
  /** Queues on Redis or Valkey; without REDIS_URL they are in Postgres. */
  ...RedisSettings,
  /** Seal the signing secrets of webhook endpoints; without them none can be made. */
  KEY_ENCRYPTION_KEYS: KeyEncryptionKeys.optional(),
  TENANT_REGISTRY_URL: ServiceUrl,
  /** The platform's scheme, base domain and port: where the pages about refusals are. */
  BASE_URL: Origin.optional(),
  ...MicrosoftOriginSettings,
  /** How long a worker stays with one run before it looks after others. */
  IMPORT_SLICE_SECONDS: z.coerce.number().min(0.1).max(20).default(5),
  /** The public origin that Graph posts notifications to; without it changes are found by the schedule only. */
  WEBHOOK_BASE_URL: Origin.optional(),
  /** How often an account's changes are read without a notification, and how often its whole directory is compared. */
  SYNC_DELTA_SECONDS: z.coerce.number().int().min(5).max(86_400).default(900),
  SYNC_FULL_SECONDS: z.coerce.number().int().min(60).max(604_800).default(86_400),
  /** Removals within some hours of more than this share of the synced users, and of at least this many, ask an admin. */
  REMOVAL_FUSE_PERCENT: z.coerce.number().min(0).max(100).default(20),
  REMOVAL_FUSE_USERS: z.coerce.number().int().min(1).default(10),
  REMOVAL_FUSE_HOURS: z.coerce.number().int().min(1).max(168).default(24),
  /** How many days the extension of a deleted, or disabled, user is held for them; 0: until an admin frees it. */
  EXTENSION_HOLD_DAYS: z.coerce.number().int().min(0).max(3_650).default(30),
  EXTENSION_HOLD_DISABLED_DAYS: z.coerce.number().int().min(0).max(3_650).default(0),
  /** Concurrent imports and comparisons of one worker; deltas have half as many slots of their own. */
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(8),
})
export type Config = z.infer<typeof Config>
