import { seal, unseal } from '@jackfield/sealing/seal'
import { LRUCache } from 'lru-cache'
import type { StoredArtefact } from './artefact-store.ts'

/** So many payloads are remembered; with what stands for them in the store they take some megabytes. */
const REMEMBERED = 2_000

/**
 * Seals payloads to their keys. Most are read again within moments, and unchanged: what this process has sealed or opened lately it need not
 * open again, if the store answers with the very same bytes.
 */
export function payloadSeal(current: Buffer, keys: readonly Buffer[]) {
  const lately = new LRUCache<string, { sealed: Buffer; text: string }>({ max: REMEMBERED })
  return {
    seal(key: string, text: string): Buffer {
      const sealed = seal(Buffer.from(text), current, `artefact:${key}`)
      lately.set(key, { sealed, text })
      return sealed
    },
    /** @throws {UnsealError} when it was altered, or sealed for another key */
    open({ key, payload }: StoredArtefact): string {
      const known = lately.get(key)
      if (known?.sealed.equals(payload)) return known.text
      const text = unseal(payload, keys, `artefact:${key}`).toString()
      lately.set(key, { sealed: payload, text })
      return text
    },
  }
}
export type PayloadSeal = ReturnType<typeof payloadSeal>
