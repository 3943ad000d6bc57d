import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { Tamper } from '../entra/issued-tokens/tampering.ts'
import { EntraSettings } from '../entra/settings.ts'
import { Fault } from '../faults/fault.ts'
import { GraphSettings } from '../graph/settings.ts'
import { directoryControl } from './directory-control.ts'
import { type Operation, operation } from './operation.ts'
import { Throttle } from './switches.ts'

const Time = z.strictObject({ milliseconds: z.number().int().min(0) })
const Requests = z.object({ directory: z.string().optional(), route: z.string().optional() })
const Keys = z.strictObject({ keepOld: z.boolean().optional() })

/** Clock, keys, switches, faults and the request log. */
export function cloudOperations(cloud: Cloud): Operation[] {
  const idOf = (idOrDomain: string | undefined) =>
    idOrDomain === undefined ? undefined : directoryControl(cloud, idOrDomain).id
  return [
    operation('GET', '/requests', {
      summary: 'Requests so far: counts by method and route, and the latest ones with query and body',
      query: Requests,
      run: ({ query: { directory, route } }) => {
        const filter = { directory: idOf(directory), route }
        return { counts: cloud.requests.counts(filter), latest: cloud.requests.latest(filter) }
      },
    }),
    operation('DELETE', '/requests', {
      summary: 'Empty the request log, or forget the requests of one directory',
      query: Requests.pick({ directory: true }),
      run: ({ query }) => cloud.requests.clear(idOf(query.directory)),
    }),
    operation('POST', '/keys/roll', {
      summary: 'Add a signing key; `keepOld: false` withdraws the old ones at once',
      body: Keys,
      run: ({ body }) => cloud.keys.roll(body as { keepOld?: boolean }),
    }),
    operation('POST', '/id-tokens/tamper', {
      summary: 'Tamper with the next ID token, once',
      body: Tamper,
      run: ({ body }) => cloud.tampering.next(body),
    }),
    operation('POST', '/time/advance', {
      summary: "Move the emulator's clock forward",
      body: Time,
      run: ({ body }) => {
        cloud.clock.advance(body.milliseconds)
        return { now: cloud.clock.date().toISOString() }
      },
    }),
    operation('PUT', '/throttle', {
      summary: 'Quotas of resource units at Graph',
      body: Throttle,
      run: ({ body }) => {
        const given = Object.entries(body).filter(([, value]) => value !== undefined)
        return Object.assign(cloud.throttle, Object.fromEntries(given))
      },
    }),
    operation('PUT', '/entra', {
      summary: 'Switches for uncertain behaviour of Entra ID',
      body: EntraSettings.partial(),
      run: ({ body }) => Object.assign(cloud.entra, body),
    }),
    operation('PUT', '/graph', {
      summary: 'Page sizes and switches for uncertain behaviour of Graph',
      body: GraphSettings.partial(),
      run: ({ body }) => Object.assign(cloud.graph, body),
    }),
    operation('POST', '/faults', {
      summary: "Plan a fault of Graph's or Entra's answers",
      body: Fault,
      run: ({ body }) => cloud.faults.plan(body),
    }),
    operation('DELETE', '/faults', {
      summary: 'Cancel all planned faults',
      run: () => cloud.faults.clear(),
    }),
  ]
}
