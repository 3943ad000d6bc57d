import type { Refusal } from '../errors/aadsts.ts'

type AssertionClaims = {
  iss?: unknown
  sub?: unknown
  aud?: unknown
  exp?: unknown
  nbf?: unknown
  tid?: unknown
}
export type Assertion = { header: Record<string, unknown>; claims: AssertionClaims; signed: Buffer; signature: Buffer }

const SKEW = 300

export function readAssertion(text: string): Assertion | undefined {
  const [header, claims, signature, ...rest] = text.split('.')
  if (!header || !claims || !signature || rest.length > 0) return undefined
  const signed = Buffer.from(`${header}.${claims}`)
  const [readHeader, readClaims] = [readObject(header), readObject(claims)]
  return (
    readHeader &&
    readClaims && { header: readHeader, claims: readClaims, signed, signature: Buffer.from(signature, 'base64url') }
  )
}

function readObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

export function refuseTime({ exp, nbf }: AssertionClaims, now: number): Refusal | undefined {
  if (typeof exp !== 'number') return { code: 50027 }
  const seconds = now / 1000
  const early = typeof nbf === 'number' && nbf > seconds + SKEW
  if (!early && exp > seconds - SKEW) return undefined
  const time = (at: unknown) => (typeof at === 'number' ? new Date(at * 1000).toISOString() : '')
  return { code: 700024, values: { now: time(seconds), from: time(nbf), until: time(exp) } }
}
