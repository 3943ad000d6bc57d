import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** What the engine refuses, in its words. */
export class Refusal extends Error {}

/** A key of the transit engine: AES-256-GCM (`aes256-gcm96`), in versions. */
export function keyring(type: string) {
  const versions = [randomBytes(32)]
  let oldest = 1

  return {
    /** Makes the next version, under which is encrypted from now on. */
    rotate() {
      versions.push(randomBytes(32))
    },
    /** Older versions open nothing any more. */
    setOldest(version: number) {
      oldest = version
    },
    encrypt(plaintext: Buffer, associatedData: Buffer): string {
      if (type !== 'aes256-gcm96') throw new Refusal(`'[0].associated_data' provided for non-AEAD cipher suite ${type}`)
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', versions.at(-1) as Buffer, nonce).setAAD(associatedData)
      const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
      return `vault:v${versions.length}:${sealed.toString('base64')}`
    },
    decrypt(ciphertext: string, associatedData: Buffer): Buffer {
      const { version, sealed } = parse(ciphertext)
      const key = versions[version - 1]
      if (version > versions.length) throw new Refusal('invalid ciphertext: version is too new')
      if (!key || version < oldest)
        throw new Refusal('ciphertext or signature version is disallowed by policy (too old)')
      if (sealed.length < 12 + 16) throw new Refusal('invalid ciphertext length')
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
        .setAAD(associatedData)
        .setAuthTag(sealed.subarray(-16))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
      } catch {
        throw new Refusal('cipher: message authentication failed')
      }
    },
  }
}

function parse(ciphertext: string): { version: number; sealed: Buffer } {
  if (ciphertext === '') throw new Refusal('missing ciphertext to decrypt')
  const [, fields] = /^vault:v(.*)$/s.exec(ciphertext) ?? []
  if (fields === undefined) throw new Refusal('invalid ciphertext: no prefix')
  const [number = '', base64] = fields.split(':', 2)
  if (base64 === undefined) throw new Refusal('invalid ciphertext: wrong number of fields')
  if (!/^-?\d+$/.test(number)) throw new Refusal('invalid ciphertext: version number could not be decoded')
  const sealed = Buffer.from(base64, 'base64')
  if (sealed.toString('base64') !== base64) throw new Refusal('invalid ciphertext: could not decode base64')
  // Version 0 stands for 1.
  return { version: Number(number) || 1, sealed }
}
