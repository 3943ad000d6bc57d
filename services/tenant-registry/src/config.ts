import { isIP } from 'node:net'
import {
  GivenToken,
  KeyEncryptionKeys,
  Origin,
  ServiceSettings,
  ServiceUrl,
  secretText,
} from '@jackfield/configuration/settings'
import { MicrosoftOriginSettings } from '@jackfield/microsoft-identity/origin-settings'
import { z } from 'zod'

const BaseUrl = Origin.refine(
  (origin) => !/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/.test(new URL(origin).hostname),
  'must be a domain: tenants get host names under it',
)

/** Addresses, each with a port if it is not 53: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`. */
const DnsServers = z
  .string()
  .transform((text) => text.split(',').map((server) => server.trim()))
  .refine(
    (servers) => servers.every(isDnsServer),
    'must be a comma-separated list of IP addresses, each with a port if need be',
  )

function isDnsServer(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^[\]]+?))(?::(\d{1,5}))?$/.exec(text) ?? []
  return isIP(text) !== 0 || (isIP(bracketed ?? plain ?? '') !== 0 && (port === undefined || Number(port) < 65_536))
}

const TRANSIT_NAME = /^\w(?:[\w.-]*\w)?$/
const TransitPath = z
  .string()
  .regex(/^\w(?:[\w.-]*\w)?(?:\/\w(?:[\w.-]*\w)?)*$/, 'must be a path without slashes at its ends')

const KeyEncryptionSettings = {
  KEY_ENCRYPTION_KEYS: KeyEncryptionKeys.optional(),
  /** Who wraps new data keys; the other one, where it is set up, still opens what it wrapped. */
  KEY_ENCRYPTION_PROVIDER: z.enum(['environment', 'vault']).default('environment'),
  /** HashiCorp Vault or OpenBao; what leads to the active node, for redirects are not followed. */
  KEY_ENCRYPTION_VAULT_URL: Origin.optional(),
  /** The name of a key of the transit secrets engine, of an AEAD type. */
  KEY_ENCRYPTION_VAULT_KEY: z.string().regex(TRANSIT_NAME, 'must be the name of a transit key').optional(),
  KEY_ENCRYPTION_VAULT_MOUNT: TransitPath.default('transit'),
  KEY_ENCRYPTION_VAULT_NAMESPACE: TransitPath.optional(),
  /** How this service is let in: by a token, or by the token of its Kubernetes service account. */
  KEY_ENCRYPTION_VAULT_TOKEN: GivenToken.optional(),
  KEY_ENCRYPTION_VAULT_KUBERNETES_ROLE: z.string().optional(),
  KEY_ENCRYPTION_VAULT_KUBERNETES_MOUNT: TransitPath.default('kubernetes'),
  KEY_ENCRYPTION_VAULT_KUBERNETES_TOKEN_FILE: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
}

export const Config = z
  .object({
    ...ServiceSettings,
    ...KeyEncryptionSettings,
    BASE_URL: BaseUrl,
    ...MicrosoftOriginSettings,
    /** Where user-sync-worker answers; without it no account and no tenant can be removed. */
    ROSTER_URL: ServiceUrl.optional(),
    /** Whom to ask for the proof of a custom host; by default the resolvers of this machine. */
    HOST_PROOF_DNS_SERVERS: DnsServers.optional(),
    /**
     * The projected service-account token of this pod, for accounts that trust the installation (workload identity
     * federation).
     */
    FEDERATED_TOKEN_FILE: z.string().startsWith('/', 'must be an absolute path').optional(),
    BOOTSTRAP_API_KEY: secretText({ atLeast: 32 }).max(200).optional(),
  })
  // Told together with what else is wrong, not only once that is mended.
  .refine(
    ({ KEY_ENCRYPTION_PROVIDER: provider, KEY_ENCRYPTION_KEYS: keys }) => provider === 'vault' || keys !== undefined,
    {
      path: ['KEY_ENCRYPTION_KEYS'],
      when: () => true,
    },
  )
  .refine(
    ({ KEY_ENCRYPTION_PROVIDER: provider, KEY_ENCRYPTION_VAULT_URL: url }) => provider !== 'vault' || url !== undefined,
    {
      path: ['KEY_ENCRYPTION_VAULT_URL'],
      when: () => true,
    },
  )
  .refine(
    ({ KEY_ENCRYPTION_VAULT_URL: url, KEY_ENCRYPTION_VAULT_KEY: key }) => url === undefined || key !== undefined,
    {
      path: ['KEY_ENCRYPTION_VAULT_KEY'],
      when: () => true,
    },
  )
  .refine(isLetInOneWay, {
    path: ['KEY_ENCRYPTION_VAULT_TOKEN'],
    error: 'KEY_ENCRYPTION_VAULT_KUBERNETES_ROLE is there too: only one of them',
    when: () => true,
  })
export type Config = z.infer<typeof Config>

function isLetInOneWay(
  config: { [Name in `KEY_ENCRYPTION_VAULT_${'URL' | 'TOKEN' | 'KUBERNETES_ROLE'}`]?: string | undefined },
): boolean {
  const ways = [config.KEY_ENCRYPTION_VAULT_TOKEN, config.KEY_ENCRYPTION_VAULT_KUBERNETES_ROLE].filter(
    (way) => way !== undefined,
  )
  return config.KEY_ENCRYPTION_VAULT_URL === undefined || ways.length === 1
}
