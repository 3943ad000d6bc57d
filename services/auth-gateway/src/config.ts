import { fileURLToPath } from 'node:url'
import {
  InternalTokenKeys,
  isLoopbackHost,
  KeyEncryptionKeys,
  ListenSettings,
  Migrate,
  Origin,
  PostgresUrl,
  RedisUrl,
  ServiceUrl,
  TrustedProxies,
} from '@jackfield/configuration/settings'
import { microsoftOrigins } from '@jackfield/microsoft-identity/clouds'
import { z } from 'zod'

const CLOUD_HOSTS = new Set(
  (['global', 'us-gov', 'us-gov-dod', 'china'] as const).flatMap((cloud) => {
    const { login, graph } = microsoftOrigins(cloud, {})
    return [new URL(login).hostname, new URL(graph).hostname]
  }),
)

/** Where Microsoft is: its own hosts, or an emulator on this machine. Nothing else may pose as it (T-100). */
const MicrosoftUrl = Origin.refine((origin) => {
  const { hostname } = new URL(origin)
  return isLoopbackHost(hostname) || CLOUD_HOSTS.has(hostname)
}, 'must be a loopback address or a host of a Microsoft cloud')

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
  MICROSOFT_LOGIN_URL: MicrosoftUrl.optional(),
  MICROSOFT_GRAPH_URL: MicrosoftUrl.optional(),
  TRUSTED_PROXIES: TrustedProxies,
  SIGNING_KEY_DAYS: z.coerce.number().min(0).max(3_650).default(90),
  RATE_LIMIT_FACTOR: z.coerce.number().min(0).max(1_000).default(1),
  CONTROL_CONSOLE_DIR: z.string().default(fileURLToPath(new URL('../../control-console/dist', import.meta.url))),
})
export type Config = z.infer<typeof Config>
