import type { Cloud } from './cloud.ts'
import { Clock } from './directory/clock.ts'
import type { DeliveryRules } from './graph/notifications/notifier.ts'
import { inheritSwitches } from './switches.ts'

/**
 * The cloud as each directory sees it: with a clock, a run, signing keys and switches of its own where a test gave it
 * some, and everything else in common.
 */
export class DirectoryClouds {
  readonly #byId = new Map<string, Cloud>()

  of(all: Cloud, id: string): Cloud {
    const known = this.#byId.get(id)
    if (known) return known
    const own: Cloud = Object.assign(Object.create(all), {
      ...inheritSwitches(all),
      clock: new Clock(all.clock),
      keys: all.keys.inherit(),
    })
    this.#byId.set(id, own)
    return own
  }

  all(): Cloud[] {
    return [...this.#byId.values()]
  }
}

/** Rules of delivery for a directory whose clock or settings differ from those of all. */
export function ownDeliveryRules({ clock, notifications: settings }: Cloud): DeliveryRules | undefined {
  return clock.isAhead || Object.keys(settings).length > 0 ? { clock, settings } : undefined
}

/** Rolls the keys of all directories, those with keys of their own included. */
export async function rollKeys(cloud: Cloud, options?: { keepOld?: boolean }): Promise<void> {
  const own = cloud.each().filter(({ keys }) => keys.areOwn)
  await Promise.all([cloud, ...own].map(({ keys }) => keys.roll(options)))
}
