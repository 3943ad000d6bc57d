import { afterAll, beforeAll, expect, test } from 'vitest'
import type { M365Emulator } from '../../src/emulator.ts'
import { SWITCH_GROUPS, Switches, type SwitchGroup } from '../../src/switches.ts'
import { givenEmulator } from '../given.ts'
import { startWebhook, type Webhook } from '../graph/webhook.ts'
import { ENTRA } from './entra-probes.ts'
import { GRAPH, LIMITS, NOTIFICATIONS, THROTTLE } from './graph-probes.ts'
import { givenPlace, type Place, type Probe } from './place.ts'

const PROBES: Record<SwitchGroup, Record<string, Probe>> = {
  entra: ENTRA,
  graph: GRAPH,
  throttle: THROTTLE,
  notifications: NOTIFICATIONS,
  subscriptionLimits: LIMITS,
}
const ROUTES: Record<SwitchGroup, string> = {
  entra: '/entra',
  graph: '/graph',
  throttle: '/throttle',
  notifications: '/notifications',
  subscriptionLimits: '/subscriptions/limits',
}

let m365: M365Emulator
let webhooks: Webhook[]
let places: [Place, Place]
beforeAll(async () => {
  m365 = await givenEmulator()
  webhooks = [await startWebhook(), await startWebhook()]
  places = webhooks.map((webhook, index) => givenPlace(m365, `side-${index}`, webhook)) as [Place, Place]
})
afterAll(async () => {
  await m365.close()
  for (const webhook of webhooks) webhook.close()
})

const all = SWITCH_GROUPS.flatMap((group) => Object.keys(Switches.shape[group].shape).map((name) => [group, name]))

/** Both directories at once, each with its value, as two test files would. */
async function seeBoth(group: SwitchGroup, name: string, values: readonly [unknown, unknown]) {
  const { see } = PROBES[group][name] as Probe
  for (const place of places) await place.control('POST', '/reset')
  await Promise.all(places.map(({ control }, index) => control('PUT', ROUTES[group], { [name]: values[index] })))
  return Promise.all(places.map((place) => see(place)))
}

test.each(all)('two directories have opposite values of %s.%s and do not see each other', async (group, name) => {
  const probe = PROBES[group as SwitchGroup][name as string]
  expect(probe, `a probe of ${group}.${name}`).toBeDefined()
  const [one, other] = (probe as Probe).values
  const [first, second] = await seeBoth(group as SwitchGroup, name as string, [one, other])
  expect(first).not.toEqual(second)
  expect(await seeBoth(group as SwitchGroup, name as string, [other, one])).toEqual([second, first])
})
