import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

// AES-256-GCM (NIST SP 800-38D), a fresh 96-bit nonce for every message.
// Sealed form: version 0x01 | first 4 bytes of SHA-256(key) | nonce (12) | tag (16) | ciphertext.

const VERSION = 1
const HEADER = 1 + 4 + 12 + 16

/** The text was altered, sealed for another place, or by a key we no longer hold. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError'
}

type KnownKey = { object: KeyObject; fingerprint: Buffer; prefix: Buffer }
const known = new WeakMap<Buffer, KnownKey>()

/** Importing a key and hashing it costs more than sealing a short text, so it is done once for each key held. */
function know(key: Buffer): KnownKey {
  const found = known.get(key)
  if (found) return found
  const fingerprint = createHash('sha256').update(key).digest().subarray(0, 4)
  const entry = {
    object: createSecretKey(key),
    fingerprint,
    prefix: Buffer.concat([Buffer.from([VERSION]), fingerprint]),
  }
  known.set(key, entry)
  return entry
}

const NONCE = 12
let nonces = Buffer.alloc(0)

/** Random bytes are asked for a few hundred nonces at a time: for one at a time they cost more than the cipher. */
function nextNonce(): Buffer {
  if (nonces.length === 0) nonces = randomBytes(NONCE * 256)
  const nonce = nonces.subarray(0, NONCE)
  nonces = nonces.subarray(NONCE)
  return nonce
}

/** Encrypts `plaintext`; `context` names the place it is for (tenant, row) and is authenticated with it. */
export function seal(plaintext: Buffer, key: Buffer, context: string): Buffer {
  const nonce = nextNonce()
  const cipher = createCipheriv('aes-256-gcm', know(key).object, nonce)
  cipher.setAAD(Buffer.from(context))
  // GCM is a stream: there is as much ciphertext as plaintext, and the end brings only the tag.
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  return Buffer.concat([sealedPrefix(key), nonce, cipher.getAuthTag(), ciphertext])
}

/**
 * Decrypts with whichever of `keys` sealed it.
 * @throws {UnsealError} when altered, moved to another `context`, or sealed by another key
 */
export function unseal(sealed: Buffer, keys: readonly Buffer[], context: string): Buffer {
  const key =
    sealed.length >= HEADER && sealed[0] === VERSION
      ? keys.find((candidate) => know(candidate).fingerprint.equals(sealed.subarray(1, 5)))
      : undefined
  if (!key) throw new UnsealError('No key of ours sealed this.')
  try {
    const decipher = createDecipheriv('aes-256-gcm', know(key).object, sealed.subarray(5, 17), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(sealed.subarray(17, HEADER))
    const plaintext = decipher.update(sealed.subarray(HEADER))
    decipher.final() // throws unless the tag is right
    return plaintext
  } catch (error) {
    throw new UnsealError('The sealed text was altered or stands in the wrong place.', { cause: error })
  }
}

/** How everything that `key` seals begins: what begins otherwise waits to be sealed again. */
export function sealedPrefix(key: Buffer): Buffer {
  return know(key).prefix
}

/** True when the first of `keys`, the one that encrypts now, did not seal this: it waits for re-encryption. */
export function isSealedByOldKey(sealed: Buffer, keys: readonly Buffer[]): boolean {
  const [current] = keys
  return !current || !know(current).fingerprint.equals(sealed.subarray(1, 5))
}
