import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { Limits, NotificationSettings, Throttle } from '../control/switches.ts'
import { EntraSettings } from '../entra/settings.ts'
import { GraphSettings } from '../graph/settings.ts'
import { addDirectory, DirectorySnapshot, takeDirectory } from './directory-snapshot.ts'

/** All that can be registered or changed; a switch that is left out keeps its value. */
export const Snapshot = z.strictObject({
  version: z.literal(1),
  directories: z.array(DirectorySnapshot).min(1),
  entra: EntraSettings.partial().default({}),
  graph: GraphSettings.partial().default({}),
  throttle: Throttle.default({}),
  notifications: NotificationSettings.default({}),
  subscriptionLimits: Limits.default({}),
})
export type Snapshot = z.input<typeof Snapshot>

/** Signs of life are no part of it: sessions, tokens, subscriptions, faults, requests and the clock. */
export function takeSnapshot(cloud: Cloud): Snapshot {
  return structuredClone({
    version: 1,
    directories: cloud.directories.all().map(takeDirectory),
    entra: cloud.entra,
    graph: cloud.graph,
    throttle: cloud.throttle,
    notifications: cloud.notifications.settings,
    subscriptionLimits: cloud.subscriptions.limits,
  })
}

/**
 * Puts a snapshot in place of what is there. As with a restart, Microsoft sessions, codes, refresh tokens, subscriptions
 * and delta links end; access tokens stay valid.
 * @throws ZodError, or Error for directories that contradict each other; nothing is changed then
 */
export function restoreSnapshot(cloud: Cloud, given: unknown): void {
  const snapshot = Snapshot.parse(given)
  cloud.directories.replace((directories) => {
    for (const directory of snapshot.directories) addDirectory(directories, directory)
  })
  Object.assign(cloud.entra, snapshot.entra)
  Object.assign(cloud.graph, snapshot.graph)
  Object.assign(cloud.throttle, snapshot.throttle)
  Object.assign(cloud.notifications.settings, snapshot.notifications)
  Object.assign(cloud.subscriptions.limits, snapshot.subscriptionLimits)
  cloud.run = randomUUID()
  for (const store of [cloud.sessions, cloud.codes, cloud.refreshTokens, cloud.deviceCodes, cloud.subscriptions])
    store.clear()
}

/** Back to the start: directories and switches, the clock, and no faults, requests or tampering. Keys stay. */
export function resetTo(cloud: Cloud, start: Snapshot): void {
  restoreSnapshot(cloud, start)
  cloud.clock.reset()
  cloud.notifications.forget()
  for (const store of [cloud.faults, cloud.tampering, cloud.requests]) store.clear()
}
