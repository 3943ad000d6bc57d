import { LRUCache } from 'lru-cache'
import type { KeyEncryption, Unwrapped } from '../../ports.ts'

/** How long a data key stays in memory, also while the unwrapping server is away or has revoked our access. */
const FRESH_MS = 60_000
const MOST_DATA_KEYS = 1_000

/**
 * Saves a call for every secret that is opened. Entries are keyed by wrapped form and context, so a replaced or moved
 * key is never found.
 */
export function rememberDataKeys(keyEncryption: KeyEncryption, freshMs = FRESH_MS): KeyEncryption {
  const known = new LRUCache<string, Unwrapped>({ max: MOST_DATA_KEYS, ttl: freshMs, ttlAutopurge: true })
  const running = new Map<string, Promise<Unwrapped>>()

  async function unwrap(name: string, wrapped: Buffer, context: string): Promise<Unwrapped> {
    try {
      const unwrapped = await keyEncryption.unwrap(wrapped, context)
      if (unwrapped.kind === 'unwrapped') known.set(name, unwrapped)
      return unwrapped
    } finally {
      running.delete(name)
    }
  }

  return {
    ...keyEncryption,
    async unwrap(wrapped, context) {
      const name = `${wrapped.toString('base64')} ${context}`
      const found = known.get(name) ?? running.get(name)
      if (found) return found
      const asked = unwrap(name, wrapped, context)
      running.set(name, asked)
      return asked
    },
  }
}
