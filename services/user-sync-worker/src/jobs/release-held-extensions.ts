import { goneSince, type HoldPolicy } from '../domain/extension-hold.ts'
import type { Ports } from '../ports.ts'

const AT_ONCE = 500

/** Sets the extensions of people free who have been gone for as long as the policy keeps them. Returns how many. */
export function releaseHeldExtensions(
  { extensionHolds }: Pick<Ports, 'extensionHolds'>,
  policy: HoldPolicy,
  now: () => number,
) {
  return async (): Promise<number> => {
    const since = goneSince(policy, new Date(now()))
    if (!since.deleted && !since.disabled) return 0
    let released = 0
    for (let batch = AT_ONCE; batch === AT_ONCE; released += batch) batch = await extensionHolds.release(since, AT_ONCE)
    return released
  }
}
