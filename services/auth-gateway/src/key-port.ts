import type { KeyAge } from './domain/key-rotation.ts'

/** Keys with the version of their set, which changes with any of them. */
export type KeySet = { keys: KeyAge[]; version: string }

/** Keys that sign tokens and cookies, of all replicas, which follow a change within a second. */
export type SigningKeys = {
  read(): Promise<KeySet>
  /** Makes the next key of each use that has none. Returns the set, and the ids of new keys. */
  renew(): Promise<KeySet & { added: string[] }>
  /** Removes a key, and makes one if none is left to sign; `missing` if it is gone, `changed` if the set has changed. */
  revoke(id: string, isCurrent: (version: string) => boolean): Promise<KeySet | 'missing' | 'changed'>
}
