import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import type { Application } from '../../directory/application.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { type Assertion, refuseTime } from './assertion.ts'

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() })
const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })
const KEYS_STORED = 100
const PATIENCE = 5000

/** Fetches keys only from issuers that the registration names; Entra's own tokens are refused. */
export async function checkFederatedAssertion(
  { clock, entra, origin }: Cloud,
  { header, claims, signed, signature }: Assertion,
  application: Application,
): Promise<Refusal | undefined> {
  const issuer = String(claims.iss)
  if (issuer.startsWith(`${origin}/`) || issuer.startsWith('https://sts.windows.net/')) return { code: 700222 }
  const values = { issuer, subject: String(claims.sub), audience: String(claims.aud) }
  const mismatch = (code: number): Refusal =>
    entra.federatedMismatch === 'by-part' ? { code, values } : { code: 70021, values, error: 'invalid_request' }

  const trusted = application.federatedCredentials.filter((credential) => credential.issuer === issuer)
  if (trusted.length === 0) return mismatch(700211)
  const bySubject = trusted.filter((credential) => credential.subject === claims.sub)
  if (bySubject.length === 0) return mismatch(700213)
  if (!bySubject.some(({ audiences }) => audiences.includes(String(claims.aud)))) return mismatch(700212)

  const keys = await fetchKeys(issuer)
  if (!keys) return { code: 50166, values }
  const key = keys.slice(0, KEYS_STORED).find(({ kid }) => kid === header.kid)
  if (header.alg !== 'RS256' || !key || !isSigned(key, signed, signature)) return { code: 50013 }
  return refuseTime(claims, clock.now())
}

async function fetchKeys(issuer: string): Promise<Record<string, unknown>[] | undefined> {
  try {
    const discovery = Discovery.parse(await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
    if (discovery.issuer !== issuer) return undefined
    return KeySet.parse(await fetchJson(discovery.jwks_uri)).keys
  } catch {
    return undefined // any failure of the outside issuer gives the client the same number
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`)
  return response.json()
}

function isSigned(jwk: Record<string, unknown>, signed: Buffer, signature: Buffer): boolean {
  if (jwk.kty !== 'RSA') return false
  return verify('sha256', signed, createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }), signature)
}
