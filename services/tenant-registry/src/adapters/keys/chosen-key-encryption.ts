import type { Config } from '../../config.ts'
import type { KeyEncryption } from '../../ports.ts'
import { rememberDataKeys } from './remembered-data-keys.ts'
import { settingsKeyEncryption } from './settings-key-encryption.ts'
import { transitClient } from './transit-client.ts'
import { transitKeyEncryption } from './transit-key-encryption.ts'
import { givenToken, kubernetesToken, type LeaseClock, systemClock } from './transit-token.ts'

type VaultSettings = { [Name in Extract<keyof Config, `KEY_ENCRYPTION_VAULT_${string}`>]?: Config[Name] | undefined }
export type KeyEncryptionSettings = VaultSettings & {
  KEY_ENCRYPTION_KEYS?: readonly Buffer[] | undefined
  KEY_ENCRYPTION_PROVIDER?: Config['KEY_ENCRYPTION_PROVIDER'] | undefined
}

/**
 * The provider that the settings choose wraps. The other one, if configured, still unwraps its own data keys, so an
 * installation can move between them.
 */
export function chosenKeyEncryption(settings: KeyEncryptionSettings, clock: LeaseClock = systemClock): KeyEncryption {
  const environment = settings.KEY_ENCRYPTION_KEYS && settingsKeyEncryption(settings.KEY_ENCRYPTION_KEYS)
  const vault = vaultOf(settings, clock)
  const [current, other] = settings.KEY_ENCRYPTION_PROVIDER === 'vault' ? [vault, environment] : [environment, vault]
  if (!current) throw new TypeError('The chosen key-encryption provider is not set up.')
  return other ? besides(current, other) : current
}

function vaultOf(settings: KeyEncryptionSettings, clock: LeaseClock): KeyEncryption | undefined {
  const {
    KEY_ENCRYPTION_VAULT_URL: origin,
    KEY_ENCRYPTION_VAULT_KEY: key,
    KEY_ENCRYPTION_VAULT_MOUNT: mount = 'transit',
    KEY_ENCRYPTION_VAULT_NAMESPACE: namespace,
  } = settings
  if (origin === undefined || key === undefined) return undefined
  const ask = transitClient(origin, namespace)
  const {
    KEY_ENCRYPTION_VAULT_TOKEN: given,
    KEY_ENCRYPTION_VAULT_KUBERNETES_ROLE: role = '',
    KEY_ENCRYPTION_VAULT_KUBERNETES_MOUNT: login = 'kubernetes',
    KEY_ENCRYPTION_VAULT_KUBERNETES_TOKEN_FILE: file = '/var/run/secrets/kubernetes.io/serviceaccount/token',
  } = settings
  const token =
    given === undefined ? kubernetesToken(ask, { role, mount: login, file }, clock) : givenToken(ask, given, clock)
  return rememberDataKeys(transitKeyEncryption({ mount, key, namespace }, ask, token))
}

function besides(current: KeyEncryption, other: KeyEncryption): KeyEncryption {
  return {
    ...current,
    recognises: (wrapped) => current.recognises(wrapped) || other.recognises(wrapped),
    unwrap: (wrapped, context) => (other.recognises(wrapped) ? other : current).unwrap(wrapped, context),
    async keep(signal, onTrouble) {
      await Promise.all([current.keep(signal, onTrouble), other.keep(signal, onTrouble)])
    },
  }
}
