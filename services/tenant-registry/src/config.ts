import { isIP } from 'node:net'
import {
  InternalTokenKeys,
  isLoopbackHost,
  KeyEncryptionKeys,
  ListenSettings,
  Migrate,
  Origin,
  PostgresUrl,
  ServiceUrl,
} from '@jackfield/configuration/settings'
import { Cloud } from '@jackfield/contract/microsoft-account'
import { microsoftOrigins } from '@jackfield/microsoft-identity/clouds'
import { z } from 'zod'

const MICROSOFT_HOSTS: ReadonlySet<string> = new Set(
  Cloud.options.flatMap((cloud) => {
    const { login, graph } = microsoftOrigins(cloud, {})
    return [new URL(login).hostname, new URL(graph).hostname]
  }),
)

/** Secrets are sent there: only this machine (the emulator) or Microsoft's own clouds (T-100). */
const MicrosoftOrigin = Origin.refine((origin) => {
  const { hostname } = new URL(origin)
  return isLoopbackHost(hostname) || MICROSOFT_HOSTS.has(hostname)
}, 'must be on loopback or a host of a Microsoft cloud')

const BaseUrl = Origin.refine(
  (origin) => !/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/.test(new URL(origin).hostname),
  'must be a domain: tenants get host names under it',
)

/** Addresses, each with a port if it is not 53: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`. */
const DnsServers = z
  .string()
  .transform((text) => text.split(',').map((server) => server.trim()))
  .refine((servers) => servers.every(isDnsServer), 'must be a comma-separated list of IP addresses, each with a port if need be')

function isDnsServer(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^[\]]+?))(?::(\d{1,5}))?$/.exec(text) ?? []
  return isIP(text) !== 0 || (isIP(bracketed ?? plain ?? '') !== 0 && (port === undefined || Number(port) < 65_536))
}

export const Config = z.object({
  ...ListenSettings,
  DATABASE_URL: PostgresUrl,
  MIGRATE: Migrate,
  INTERNAL_TOKEN_KEYS: InternalTokenKeys,
  KEY_ENCRYPTION_KEYS: KeyEncryptionKeys,
  BASE_URL: BaseUrl,
  MICROSOFT_LOGIN_URL: MicrosoftOrigin.optional(),
  MICROSOFT_GRAPH_URL: MicrosoftOrigin.optional(),
  /** Where user-sync-worker answers; without it no account and no tenant can be removed. */
  ROSTER_URL: ServiceUrl.optional(),
  /** Whom to ask for the proof of a custom host; by default the resolvers of this machine. */
  HOST_PROOF_DNS_SERVERS: DnsServers.optional(),
  /** The projected service-account token of this pod, for accounts that trust the installation (workload identity federation). */
  FEDERATED_TOKEN_FILE: z.string().startsWith('/', 'must be an absolute path').optional(),
  BOOTSTRAP_API_KEY: z.string().min(32, 'must be at least 32 characters').max(200).optional(),
})
export type Config = z.infer<typeof Config>
