import { Guid } from '@jackfield/contract/http/identifier'

const DAY = 24 * 60 * 60 * 1000
const WARN_DAYS = 60

/** Whether the text is a Secret ID instead of a Value: only the id is a GUID. */
export function looksLikeSecretId(secret: string): boolean {
  return Guid.safeParse(secret).success
}

/**
 * Entra's maximum lifetime of a client secret, 24 months from now, as the date field writes it. Falls back to the last
 * day of a shorter month.
 */
export function proposedExpiry(now: Date): string {
  const [year, month] = [now.getUTCFullYear() + 2, now.getUTCMonth()]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = new Date(Date.UTC(year, month, Math.min(now.getUTCDate(), lastDay)))
  return day.toISOString().slice(0, 10)
}

type Expiry = { kind: 'valid' | 'soon'; days: number } | { kind: 'expired' }

export function expiryOf(expiresAt: string, now: Date): Expiry {
  const left = Date.parse(expiresAt) - now.getTime()
  if (left <= 0) return { kind: 'expired' }
  const days = Math.ceil(left / DAY)
  return { kind: days <= WARN_DAYS ? 'soon' : 'valid', days }
}
