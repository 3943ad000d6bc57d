import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { rollKeys } from '../directory-clouds.ts'
import { type SomeSwitches, Switches, type SwitchGroup, setSwitches, showSwitches } from '../switches.ts'
import { findDirectory, OneDirectory, type Operation, operation } from './operation.ts'

const Time = OneDirectory.extend({ milliseconds: z.number().int().min(0) })
const Keys = OneDirectory.extend({ keepOld: z.boolean().optional() })

/** Clock, keys and switches: for all directories, or for the one that is named. A directory's own value wins there. */
export function switchOperations(cloud: Cloud): Operation[] {
  const cloudOf = (idOrDomain: string | undefined) => cloud.of(findDirectory(cloud, idOrDomain))

  const switches = (path: string, group: SwitchGroup, summary: string) =>
    operation('PUT', path, {
      summary,
      body: OneDirectory.extend(Switches.shape[group].partial().shape),
      run: ({ body: { directory, ...some } }) => {
        const target = cloudOf(directory)
        setSwitches(target, { [group]: some } as Partial<SomeSwitches>)
        return showSwitches(target, group)
      },
    })

  return [
    operation('POST', '/keys/roll', {
      summary: 'Add a signing key; `keepOld: false` withdraws the old ones at once',
      body: Keys,
      run: ({ body: { directory, keepOld } }) => {
        const options = keepOld === undefined ? {} : { keepOld }
        return directory === undefined ? rollKeys(cloud, options) : cloudOf(directory).keys.roll(options)
      },
    }),
    operation('POST', '/time/advance', {
      summary: 'Move the clock forward',
      body: Time,
      run: ({ body }) => {
        const { clock } = cloudOf(body.directory)
        clock.advance(body.milliseconds)
        return { now: clock.date().toISOString() }
      },
    }),
    switches('/entra', 'entra', 'Switches for uncertain behaviour of Entra ID'),
    switches('/graph', 'graph', 'Page sizes and switches for uncertain behaviour of Graph'),
    switches('/throttle', 'throttle', 'Quotas of resource units at Graph'),
    switches('/notifications', 'notifications', 'Delivery times and shape of notifications'),
    switches('/subscriptions/limits', 'subscriptionLimits', 'Quotas and disputed rules of subscriptions'),
  ]
}
