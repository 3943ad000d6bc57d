export type SyncSettings = {
  /** How often an account's changes are asked for when no notification came. */
  deltaSeconds: number
  /** How often a whole directory is compared. */
  fullSeconds: number
  /** Removals of the last `hours` count together. */
  fuse: FuseSettings & { hours: number }
}
type FuseSettings = { percent: number; users: number }

/**
 * Whether a run asks an admin before it removes this many of the active users (S50), after the `recent` ones (T-128).
 * Both limits must be passed.
 */
export function blowsFuse(
  { removals, active, recent = 0 }: { removals: number; active: number; recent?: number },
  { percent, users }: FuseSettings,
): boolean {
  const all = recent + removals
  return all >= users && all * 100 > (active + recent) * percent
}
