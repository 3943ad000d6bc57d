import { createHmac, sign } from 'node:crypto'
import type { SigningKey, SigningKeys } from '../keys/signing-keys.ts'
import type { Claims } from './id-token.ts'
import type { Tamper } from './tampering.ts'

type Header = Record<string, unknown>

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** Signed without a JOSE library, because forged tokens must be possible. */
export function signToken(claims: Claims, { kid, privateKey }: SigningKey, header: Header = {}): string {
  const signed = `${encode({ typ: 'JWT', alg: 'RS256', kid, ...header })}.${encode(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
}

export function signTampered(claims: Claims, keys: SigningKeys, tamper: Tamper): string {
  const overridden = { ...claims, ...tamper.claims }
  const payload = Object.fromEntries(Object.entries(overridden).filter(([name]) => tamper.claims[name] !== null))
  const { active, unpublished, personal } = keys
  switch (tamper.sign) {
    case 'normal':
      return signToken(payload, active, tamper.header)
    case 'unpublished-key':
      return signToken(payload, { ...unpublished, kid: active.kid }, tamper.header)
    case 'personal-key':
      return signToken(payload, personal, tamper.header)
    case 'none':
      return `${encode({ typ: 'JWT', alg: 'none', kid: active.kid, ...tamper.header })}.${encode(payload)}.`
    case 'hs256-public-pem':
      return signWithMac(payload, active, active.publicKey.export({ type: 'spki', format: 'pem' }), tamper.header)
    case 'hs256-jwk':
      return signWithMac(payload, active, JSON.stringify(active.publicKey.export({ format: 'jwk' })), tamper.header)
    case 'broken': {
      const token = signToken(payload, active, tamper.header)
      const at = token.lastIndexOf('.') + 10
      return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
    }
  }
}

/** Algorithm confusion: the published public key, used as the HMAC secret. */
function signWithMac(payload: Claims, { kid }: SigningKey, secret: string | Buffer, header: Header): string {
  const signed = `${encode({ typ: 'JWT', alg: 'HS256', kid, ...header })}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
