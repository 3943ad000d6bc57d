import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import { LRUCache } from 'lru-cache'
import type { StoredArtefact } from './artefact-store.ts'

/** Kinds whose payload authenticates nobody and is read again within moments: their plaintext is cached. */
const CACHED_KINDS = new Set(['Session', 'Grant', 'AuthorizationCode'])
/** Reported as the kind of a record found by its grant, whose kind is not known. */
const OF_A_GRANT = 'member of a grant'
const CACHE = { max: 1_000, maxSize: 4_194_304, maxEntrySize: 16_384, ttl: 60_000 }

/**
 * Seals payloads to their keys. A payload that this process sealed or opened within the last minute is not opened again
 * while the store returns the same bytes.
 */
export function payloadSeal(current: Buffer, keys: readonly Buffer[], onUnopened: (kind: string) => void) {
  // Strings, because a small Buffer is a slice that keeps its whole pool in memory.
  const recent = new LRUCache<string, { sealed: string; text: string }>({
    ...CACHE,
    sizeCalculation: ({ sealed, text }) => sealed.length + text.length,
  })
  const remember = (kind: string | undefined, key: string, sealed: Buffer, text: string) => {
    if (kind !== undefined && CACHED_KINDS.has(kind)) recent.set(key, { sealed: sealed.toString('latin1'), text })
  }
  return {
    seal(kind: string, key: string, text: string): Buffer {
      const sealed = seal(Buffer.from(text), current, `artefact:${key}`)
      remember(kind, key, sealed, text)
      return sealed
    },
    /** Undefined, and counted, when no key opens the payload: its key was removed, or it was altered or moved. */
    open({ key, payload }: StoredArtefact, kind?: string): string | undefined {
      const known = recent.get(key)
      if (known && known.sealed === payload.toString('latin1')) return known.text
      const text = unsealed(payload, keys, key)
      if (text === undefined) onUnopened(kind ?? OF_A_GRANT)
      else remember(kind, key, payload, text)
      return text
    },
  }
}

function unsealed(payload: Buffer, keys: readonly Buffer[], key: string): string | undefined {
  try {
    return unseal(payload, keys, `artefact:${key}`).toString()
  } catch (error) {
    if (error instanceof UnsealError) return undefined
    throw error
  }
}

export type PayloadSeal = ReturnType<typeof payloadSeal>
