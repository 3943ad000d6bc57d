import { timedCache } from '../services/timed-cache.ts'
import type { PlatformKeys } from './postgres-platform-keys.ts'

/**
 * The platform's keys, reread every half minute so that every replica sees a rotation; the last ones serve through an
 * outage.
 */
export function platformKeys(read: () => Promise<PlatformKeys>): () => Promise<PlatformKeys> {
  const cached = timedCache<PlatformKeys>(read, { freshMs: 30_000, staleIfErrorMs: 24 * 3_600_000, max: 1 })
  return async () => {
    const keys = await cached('keys')
    if (!keys?.tokenKeys.length) throw new Error('the platform has no signing key yet')
    return keys
  }
}
