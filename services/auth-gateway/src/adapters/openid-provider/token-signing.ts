import { createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { App } from '@jackfield/contract/tenants/app'
import { type JWK, SignJWT } from 'jose'
import { ExternalSigningKey } from 'oidc-provider'
import { LOGOUT_EVENT, LOGOUT_TOKEN_TTL, type LogoutNotice } from '../../domain/logout-notice.ts'
import type { Clock } from '../../ports.ts'

/**
 * Signs ES256 and RS256 (RFC 7518 3.3, 3.4) for oidc-provider, synchronously: WebCrypto takes three times the processor
 * time of ES256, on another thread.
 */
export class TokenSigningKey extends ExternalSigningKey {
  readonly privateKey: KeyObject
  readonly #publicKey: KeyObject

  constructor(jwk: JWK) {
    super()
    this.privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
    this.#publicKey = createPublicKey(this.privateKey)
    Object.assign(this, { kid: jwk.kid, alg: jwk.alg })
  }

  override keyObject(): KeyObject {
    return this.#publicKey
  }

  override sign(data: Uint8Array): Uint8Array {
    return sign('sha256', data, { key: this.privateKey, dsaEncoding: 'ieee-p1363' })
  }
}

/**
 * Signs a logout token for one app, by the algorithm of its ID tokens (OpenID Connect Back-Channel Logout 1.0, 2.4,
 * 2.6). Without a nonce, so that it cannot be used as an ID token.
 */
export async function signLogoutToken(
  { tokenSigners }: { tokenSigners: readonly TokenSigningKey[] },
  { issuer, clientId, sub, sid }: LogoutNotice,
  alg: App['idTokenSignedResponseAlg'],
  clock: Clock,
) {
  const key = tokenSigners.find((each) => each.alg === alg)
  if (!key?.kid) throw new TypeError(`The platform has no signing key for ${alg}.`)
  const now = clock()
  return new SignJWT({ events: { [LOGOUT_EVENT]: {} }, sid })
    .setProtectedHeader({ alg, typ: 'logout+jwt', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setSubject(sub)
    .setIssuedAt(now)
    .setExpirationTime(now + LOGOUT_TOKEN_TTL)
    .setJti(randomUUID())
    .sign(key.privateKey)
}
