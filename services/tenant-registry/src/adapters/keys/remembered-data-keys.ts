import { LRUCache } from 'lru-cache'
import type { KeyEncryption, Unwrapped } from '../../ports.ts'

/**
 * So long a data key is opened from memory: also while the server that unwraps is away, and after it took our right to.
 */
const FRESH_MS = 60_000
const MOST_DATA_KEYS = 1_000

/**
 * Spares a call for every secret that is opened. What is kept is named by its wrapped form and context, so a replaced
 * or moved one is never met.
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
