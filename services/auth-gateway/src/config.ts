import { fileURLToPath } from 'node:url'
import {
  KeyEncryptionKeys,
  Origin,
  RedisSettings,
  ServiceSettings,
  ServiceUrl,
  TrustedProxies,
} from '@jackfield/configuration/settings'
import { MicrosoftOriginSettings } from '@jackfield/microsoft-identity/origin-settings'
import { z } from 'zod'

export const Config = z.object({
  ...ServiceSettings,
  ...RedisSettings,
  BASE_URL: Origin,
  KEY_ENCRYPTION_KEYS: KeyEncryptionKeys,
  TENANT_REGISTRY_URL: ServiceUrl,
  ROSTER_URL: ServiceUrl,
  ...MicrosoftOriginSettings,
  TRUSTED_PROXIES: TrustedProxies,
  SIGNING_KEY_DAYS: z.coerce.number().min(0).max(3_650).default(90),
  RATE_LIMIT_FACTOR: z.coerce.number().min(0).max(1_000).default(1),
  CONTROL_CONSOLE_DIR: z.string().default(fileURLToPath(new URL('../../control-console/dist', import.meta.url))),
})
export type Config = z.infer<typeof Config>
