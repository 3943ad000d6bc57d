import { goneSince, type HoldPolicy } from '../domain/extension-hold.ts'
import type { Ports } from '../ports.ts'

const AT_ONCE = 500
type Needs = Pick<Ports, 'extensionHolds'>

/** Frees the extensions of people who left longer ago than the policy keeps them. Returns how many. */
export function releaseHeldExtensions({ extensionHolds }: Needs, policy: HoldPolicy, now: () => number) {
  return async (): Promise<number> => {
    const since = goneSince(policy, new Date(now()))
    return since.deleted || since.disabled ? inBatches(() => extensionHolds.release(since, AT_ONCE)) : 0
  }
}

/** Binds people who came back to their former extensions, where those are free. Returns how many. */
export function giveExtensionsBack({ extensionHolds }: Needs) {
  return (): Promise<number> => inBatches(() => extensionHolds.giveBack(AT_ONCE))
}

async function inBatches(work: () => Promise<number>): Promise<number> {
  let done = 0
  for (let batch = AT_ONCE; batch === AT_ONCE; done += batch) batch = await work()
  return done
}
