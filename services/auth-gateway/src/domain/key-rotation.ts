/** What keys sign: tokens by one of two algorithms (RFC 7518 3.3, 3.4), or cookies. */
export const KEY_USES = ['ES256', 'RS256', 'cookie'] as const
export type KeyUse = (typeof KEY_USES)[number]

/**
 * A signing key of the platform, without the key itself. Of those of one use the oldest that is not retired signs; all
 * verify.
 */
export type KeyAge = { id: string; use: KeyUse; createdAt: Date; retiredAt: Date | null }
export type RotationStep = { kind: 'add'; use: KeyUse } | { kind: 'retire' | 'remove'; id: string }

const DAY = 24 * 3600 * 1000
/** A new key is published this long before it signs, so that cached key sets contain it by then. */
const PUBLISHED_AHEAD = DAY
/** Longer than any signature is used: a session cookie lasts two weeks. */
const KEPT_AFTER = 15 * DAY

/** Steps due now to renew keys every `everyDays` days; 0 begins no rotation but completes one. */
export function rotationSteps(keys: readonly KeyAge[], now: Date, everyDays: number): RotationStep[] {
  const age = (since: Date) => now.getTime() - since.getTime()
  const steps: RotationStep[] = keys.flatMap(({ id, retiredAt }) =>
    retiredAt && age(retiredAt) >= KEPT_AFTER ? [{ kind: 'remove' as const, id }] : [],
  )
  for (const use of KEY_USES) {
    const active = keys
      .filter((key) => key.use === use && key.retiredAt === null)
      .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
    const newest = active.at(-1)
    if (!newest) continue
    if (everyDays > 0 && age(newest.createdAt) >= everyDays * DAY) steps.push({ kind: 'add', use })
    else if (age(newest.createdAt) >= PUBLISHED_AHEAD)
      steps.push(...active.slice(0, -1).map(({ id }) => ({ kind: 'retire' as const, id })))
  }
  return steps
}
