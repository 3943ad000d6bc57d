import { z } from 'zod'
import { EntraSettings, USUAL_ENTRA_SETTINGS } from './entra/settings.ts'
import {
  GraphSettings,
  NotificationSettings,
  SubscriptionLimits,
  ThrottleSettings,
  USUAL_GRAPH_SETTINGS,
  USUAL_NOTIFICATION_SETTINGS,
  USUAL_SUBSCRIPTION_LIMITS,
  USUAL_THROTTLE_SETTINGS,
} from './graph/settings.ts'

/** All switches, in groups. A group has a value for each, or for one directory only those that differ there. */
export const Switches = z.strictObject({
  entra: EntraSettings,
  graph: GraphSettings,
  throttle: ThrottleSettings,
  notifications: NotificationSettings,
  subscriptionLimits: SubscriptionLimits,
})
export type Switches = { readonly [Group in SwitchGroup]: z.output<typeof Switches>[Group] }
export type SwitchGroup = keyof typeof Switches.shape

export const SWITCH_GROUPS = Object.keys(Switches.shape) as SwitchGroup[]

/** Some of the switches, as a snapshot has them: one that is left out keeps its value. */
export const SomeSwitches = z.strictObject({
  entra: EntraSettings.partial().default({}),
  graph: GraphSettings.partial().default({}),
  throttle: ThrottleSettings.partial().default({}),
  notifications: NotificationSettings.partial().default({}),
  subscriptionLimits: SubscriptionLimits.partial().default({}),
})
export type SomeSwitches = z.output<typeof SomeSwitches>

export function usualSwitches(): Switches {
  return structuredClone({
    entra: USUAL_ENTRA_SETTINGS,
    graph: USUAL_GRAPH_SETTINGS,
    throttle: USUAL_THROTTLE_SETTINGS,
    notifications: USUAL_NOTIFICATION_SETTINGS,
    subscriptionLimits: USUAL_SUBSCRIPTION_LIMITS,
  })
}

/** Switches of one directory: each shows the value for all until it gets one of its own. */
export function inheritSwitches(all: Switches): Switches {
  return Object.fromEntries(SWITCH_GROUPS.map((group) => [group, Object.create(all[group])])) as Switches
}

/** The switches without what they inherit. */
export function ownSwitches(switches: Switches): z.input<typeof SomeSwitches> {
  return structuredClone(Object.fromEntries(SWITCH_GROUPS.map((group) => [group, switches[group]])))
}

export function setSwitches(switches: Switches, some: Partial<SomeSwitches>): void {
  for (const group of SWITCH_GROUPS) {
    const given = Object.entries(some[group] ?? {}).filter(([, value]) => value !== undefined)
    Object.assign(switches[group], Object.fromEntries(given))
  }
}

/** Makes every switch of one directory inherit again. */
export function clearSwitches(switches: Switches): void {
  for (const group of SWITCH_GROUPS)
    for (const name of Object.keys(switches[group])) delete (switches[group] as Record<string, unknown>)[name]
}

/** The values of one group as they apply, inherited ones included. */
export function showSwitches(switches: Switches, group: SwitchGroup): Record<string, unknown> {
  const values = switches[group] as Record<string, unknown>
  return Object.fromEntries(Object.keys(Switches.shape[group].shape).map((name) => [name, values[name]]))
}
