import type { SigningKey, SigningKeyReach } from '@jackfield/contract/access/signing-key'
import { ID_TOKEN } from './lifetimes.ts'

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
    const active = activeOf(keys, use)
    const newest = active.at(-1)
    if (!newest) continue
    if (everyDays > 0 && age(newest.createdAt) >= everyDays * DAY) steps.push({ kind: 'add', use })
    else if (age(newest.createdAt) >= PUBLISHED_AHEAD)
      steps.push(...active.slice(0, -1).map(({ id }) => ({ kind: 'retire' as const, id })))
  }
  return steps
}

/** Steps to renew keys now: a successor for each use that has none waiting. It signs a day later. */
export function renewalSteps(keys: readonly KeyAge[]): RotationStep[] {
  return KEY_USES.flatMap((use) => (activeOf(keys, use).length === 1 ? [{ kind: 'add' as const, use }] : []))
}

/**
 * Steps to revoke a key now; undefined for an unknown one. Where no other key is left that signs, one is made that signs
 * at once, before clients know it: they read the key set again for an unknown `kid`.
 */
export function revocationSteps(keys: readonly KeyAge[], id: string): RotationStep[] | undefined {
  const revoked = keys.find((key) => key.id === id)
  if (!revoked) return undefined
  const others = activeOf(keys, revoked.use).filter((key) => key !== revoked)
  return [...(others.length === 0 ? [{ kind: 'add' as const, use: revoked.use }] : []), { kind: 'remove' as const, id }]
}

type Sessions = SigningKeyReach['sessions']
const NOBODY: Sessions = { browser: 0, device: 0, app: 0 }

/** Keys as the admin API shows them, by use, the oldest first. */
export function describeKeys(keys: readonly KeyAge[]): SigningKey[] {
  return KEY_USES.flatMap((use) => {
    const active = activeOf(keys, use)
    const retired = keys.filter((key) => key.use === use && key.retiredAt !== null).toSorted(byAge)
    const signsFrom = active.at(-1)?.createdAt ?? new Date(0)
    return [...retired, ...active].map(({ id, createdAt, retiredAt }) => {
      const status = retiredAt ? 'retired' : id === active[0]?.id ? 'signing' : 'next'
      return {
        kid: id,
        use,
        status,
        createdAt: createdAt.toISOString(),
        signsFrom: status === 'next' ? later(signsFrom, PUBLISHED_AHEAD) : null,
        verifiesUntil: retiredAt ? later(retiredAt, KEPT_AFTER) : null,
      } as const
    })
  })
}

/** The sessions that the revocation of a key would affect, out of `all` live ones; undefined for an unknown key. */
export function reachOf(keys: readonly KeyAge[], id: string, all: Sessions, now: Date): SigningKeyReach | undefined {
  const key = describeKeys(keys).find(({ kid }) => kid === id)
  const revoked = keys.find((each) => each.id === id)
  if (!key || !revoked) return undefined
  const signsNext = activeOf(keys, key.use).find((each) => each !== revoked)?.id ?? null
  const { retiredAt } = revoked
  const isPast = retiredAt !== null && key.use !== 'cookie' && now.getTime() - retiredAt.getTime() >= ID_TOKEN * 1_000
  if (key.status === 'next' || isPast) return { key, effect: 'none', sessions: NOBODY, signsNext }
  return key.use === 'cookie'
    ? { key, effect: 'signed-out', sessions: { ...NOBODY, browser: all.browser }, signsNext }
    : { key, effect: 'tokens-refused', sessions: all, signsNext }
}

const byAge = (one: KeyAge, other: KeyAge) => one.createdAt.getTime() - other.createdAt.getTime()
const later = (time: Date, milliseconds: number) => new Date(time.getTime() + milliseconds).toISOString()

/** Keys of a use that are not retired, the signing one first. */
function activeOf(keys: readonly KeyAge[], use: KeyUse): KeyAge[] {
  return keys.filter((key) => key.use === use && key.retiredAt === null).toSorted(byAge)
}
