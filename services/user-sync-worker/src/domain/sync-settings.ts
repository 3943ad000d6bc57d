export type SyncSettings = {
  /** How often an account's changes are asked for when no notification came. */
  deltaSeconds: number
  /** How often a whole directory is compared. */
  fullSeconds: number
  fuse: FuseSettings
}
type FuseSettings = { percent: number; users: number }

/** Whether a run asks an admin before it removes this many of the active users (S50). Both limits must be passed. */
export function blowsFuse(
  { removals, active }: { removals: number; active: number },
  { percent, users }: FuseSettings,
): boolean {
  return removals >= users && removals * 100 > active * percent
}
