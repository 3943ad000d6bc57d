import { fileURLToPath } from 'node:url'
import {
  InternalTokenKeys,
  KeyEncryptionKeys,
  ListenSettings,
  Migrate,
  Origin,
  PostgresUrl,
  RedisUrl,
  ServiceUrl,
  TrustedProxies,
} from '@jackfield/configuration/settings'
import { MicrosoftOrigin } from '@jackfield/microsoft-identity/origin-setting'
import { z } from 'zod'

export const Config = z.object({
  ...ListenSettings,
  DATABASE_URL: PostgresUrl,
  REDIS_URL: RedisUrl.optional(),
  MIGRATE: Migrate,
  BASE_URL: Origin,
  INTERNAL_TOKEN_KEYS: InternalTokenKeys,
  KEY_ENCRYPTION_KEYS: KeyEncryptionKeys,
  TENANT_REGISTRY_URL: ServiceUrl,
  ROSTER_URL: ServiceUrl,
  MICROSOFT_LOGIN_URL: MicrosoftOrigin.optional(),
  MICROSOFT_GRAPH_URL: MicrosoftOrigin.optional(),
  TRUSTED_PROXIES: TrustedProxies,
  SIGNING_KEY_DAYS: z.coerce.number().min(0).max(3_650).default(90),
  RATE_LIMIT_FACTOR: z.coerce.number().min(0).max(1_000).default(1),
  CONTROL_CONSOLE_DIR: z.string().default(fileURLToPath(new URL('../../control-console/dist', import.meta.url))),
})
export type Config = z.infer<typeof Config>
