import { seal, sealedPrefix, UnsealError, unseal } from '@jackfield/sealing/seal'
import type { KeyEncryption } from '../../ports.ts'

/** Key-encryption keys from the settings: the first wraps, all unwrap. */
export function settingsKeyEncryption(keys: readonly Buffer[]): KeyEncryption {
  const [current] = keys
  if (!current) throw new TypeError('KEY_ENCRYPTION_KEYS has no key.')
  const prefixes = keys.map(sealedPrefix)
  return {
    recognises: (wrapped) => prefixes.some((prefix) => wrapped.subarray(0, prefix.length).equals(prefix)),
    currentPrefix: async () => sealedPrefix(current),
    wrap: async (dataKey, context) => seal(dataKey, current, context),
    async unwrap(wrapped, context) {
      try {
        return { kind: 'unwrapped', dataKey: unseal(wrapped, keys, context) }
      } catch (cause) {
        if (cause instanceof UnsealError) return { kind: 'unreadable', cause }
        throw cause
      }
    },
    keep: async () => undefined,
  }
}
