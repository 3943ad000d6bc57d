export type FuseSettings = { percent: number; users: number }

/** S50: nobody disables or deletes a large part of a roster without being asked. Both limits must be passed. */
export function blowsFuse(
  { removals, active }: { removals: number; active: number },
  { percent, users }: FuseSettings,
): boolean {
  return removals >= users && removals * 100 > active * percent
}
