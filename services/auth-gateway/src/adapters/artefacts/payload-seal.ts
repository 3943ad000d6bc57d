import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import { LRUCache } from 'lru-cache'
import type { StoredArtefact } from './artefact-store.ts'

/** Payloads that hold nothing by which somebody could sign in, and are read again within moments. */
const LATELY = new Set(['Session', 'Grant', 'AuthorizationCode'])
/** What is found by its grant does not tell its kind. */
const OF_A_GRANT = 'member of a grant'
const REMEMBERED = { max: 1_000, maxSize: 4_194_304, maxEntrySize: 16_384, ttl: 60_000 }

/**
 * Seals payloads to their keys. What this process has sealed or opened lately it need not open again, if the store answers with the very same
 * bytes.
 */
export function payloadSeal(current: Buffer, keys: readonly Buffer[], onUnopened: (kind: string) => void) {
  // As strings: a short buffer is a slice of a longer one, which it would keep.
  const lately = new LRUCache<string, { sealed: string; text: string }>({
    ...REMEMBERED,
    sizeCalculation: ({ sealed, text }) => sealed.length + text.length,
  })
  const remember = (kind: string | undefined, key: string, sealed: Buffer, text: string) => {
    if (kind !== undefined && LATELY.has(kind)) lately.set(key, { sealed: sealed.toString('latin1'), text })
  }
  return {
    seal(kind: string, key: string, text: string): Buffer {
      const sealed = seal(Buffer.from(text), current, `artefact:${key}`)
      remember(kind, key, sealed, text)
      return sealed
    },
    /** Undefined, and counted, when no key opens it: sealed by one that was taken away, altered, or moved from another place. */
    open({ key, payload }: StoredArtefact, kind?: string): string | undefined {
      const known = lately.get(key)
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
