import { Guid } from '@jackfield/contract/identifier'

const DAY = 24 * 60 * 60 * 1000
const WARN_DAYS = 60

/** Entra shows a Value and a Secret ID; only the id is a GUID. */
export function looksLikeSecretId(secret: string): boolean {
  return Guid.safeParse(secret).success
}

/**
 * The longest life Entra offers for a client secret: 24 months, as the date field writes it. A month without that day
 * ends before it.
 */
export function proposedExpiry(now: Date): string {
  const [year, month] = [now.getUTCFullYear() + 2, now.getUTCMonth()]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = new Date(Date.UTC(year, month, Math.min(now.getUTCDate(), lastDay)))
  return day.toISOString().slice(0, 10)
}

export type Expiry = { kind: 'valid' | 'soon'; days: number } | { kind: 'expired' }

export function expiryOf(expiresAt: string, now: Date): Expiry {
  const left = Date.parse(expiresAt) - now.getTime()
  if (left <= 0) return { kind: 'expired' }
  const days = Math.ceil(left / DAY)
  return { kind: days <= WARN_DAYS ? 'soon' : 'valid', days }
}
