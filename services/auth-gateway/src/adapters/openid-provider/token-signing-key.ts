import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { derToJose } from 'ecdsa-sig-formatter'
import type { JWK } from 'jose'
import { ExternalSigningKey } from 'oidc-provider'

/**
 * A key of the platform as oidc-provider signs with it: ES256 (RFC 7518 3.4), at once. A sign-in has two signatures. By WebCrypto, on
 * another thread, one takes three times the processor time; by Node's option for JOSE's form of it, twice.
 */
export class TokenSigningKey extends ExternalSigningKey {
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject

  constructor(jwk: JWK) {
    super()
    this.#privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
    this.#publicKey = createPublicKey(this.#privateKey)
    Object.assign(this, { kid: jwk.kid, alg: 'ES256' })
  }

  override keyObject(): KeyObject {
    return this.#publicKey
  }

  override sign(data: Uint8Array): Uint8Array {
    return Buffer.from(derToJose(sign('sha256', data, this.#privateKey), 'ES256'), 'base64url')
  }
}
