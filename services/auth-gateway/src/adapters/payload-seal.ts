import { seal, unseal } from '@jackfield/sealing/seal'
import { LRUCache } from 'lru-cache'
import type { StoredArtefact } from './artefact-store.ts'

/** Payloads that hold nothing by which somebody could sign in, and are read again within moments. */
const LATELY = new Set(['Session', 'Grant', 'AuthorizationCode'])
const REMEMBERED = { max: 1_000, maxSize: 4_194_304, maxEntrySize: 16_384, ttl: 60_000 }

/**
 * Seals payloads to their keys. What this process has sealed or opened lately it need not open again, if the store answers with the very same
 * bytes.
 */
export function payloadSeal(current: Buffer, keys: readonly Buffer[]) {
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
    /** @throws {UnsealError} when it was altered, or sealed for another key */
    open({ key, payload }: StoredArtefact, kind?: string): string {
      const known = lately.get(key)
      if (known && known.sealed === payload.toString('latin1')) return known.text
      const text = unseal(payload, keys, `artefact:${key}`).toString()
      remember(kind, key, payload, text)
      return text
    },
  }
}
export type PayloadSeal = ReturnType<typeof payloadSeal>
