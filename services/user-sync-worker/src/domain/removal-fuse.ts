export type FuseSettings = { percent: number; users: number }

/** S50: a run that exceeds both limits asks an admin before it disables or deletes people. */
export function blowsFuse(
  { removals, active }: { removals: number; active: number },
  { percent, users }: FuseSettings,
): boolean {
  return removals >= users && removals * 100 > active * percent
}
