import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Cloud } from '../cloud.ts'
import { authenticate, type Caller } from './bearer.ts'
import { GraphError } from './graph-error.ts'

const WINDOW = 10_000

type Window = { since: number; units: number }

/**
 * Costs and quotas of the identity service: headers tell the cost; above the quota the answer is 429. Refused calls
 * count, too. Low-priority calls are refused a little earlier.
 */
export const throttle = plugin<{ cloud: Cloud }>(async (app, { cloud: everywhere }) => {
  const windows = new Map<string, Window>()
  app.addHook('preHandler', async (request, reply) => {
    const units = costOf(request)
    reply.header('x-ms-resource-unit', String(units))
    const caller = callerOf(request, everywhere)
    if (!caller) return
    const { cloud } = caller
    const { enabled, unitsPerWindow, sendRetryAfter } = cloud.throttle
    if (!enabled) return
    const window = currentWindow(windows, `${cloud.run} ${caller.appId} ${caller.directory.id}`, cloud.clock.now())
    window.units += units
    const quota = unitsPerWindow ?? quotaOf(caller)
    const share = window.units / quota
    if (share >= 0.8) reply.header('x-ms-throttle-limit-percentage', Math.min(share, 1.8).toFixed(2))
    const limit = String(request.headers['x-ms-throttle-priority']).toLowerCase() === 'low' ? 0.9 : 1
    if (share <= limit) return
    reply.header('x-ms-throttle-scope', `Tenant_Application/ReadWrite/${caller.appId}/${caller.directory.id}`)
    reply.header('x-ms-throttle-information', 'ResourceUnitLimitExceeded')
    if (sendRetryAfter)
      reply.header('retry-after', String(Math.max(1, Math.ceil((window.since + WINDOW - cloud.clock.now()) / 1_000))))
    throw new GraphError(429, 'TooManyRequests', 'Too many requests.')
  })
})

function currentWindow(windows: Map<string, Window>, key: string, now: number): Window {
  const known = windows.get(key)
  if (known && now - known.since < WINDOW) return known
  const window = { since: now, units: 0 }
  windows.set(key, window)
  return window
}

/** Undefined for an invalid token: the route itself refuses it. */
function callerOf(request: FastifyRequest, cloud: Cloud): Caller | undefined {
  try {
    return authenticate(request.headers.authorization, cloud)
  } catch {
    return undefined
  }
}

function quotaOf({ directory }: Caller): number {
  const users = directory.users.count()
  return users < 50 ? 3_500 : users <= 500 ? 5_000 : 8_000
}

const COSTS: readonly (readonly [RegExp, number])[] = [
  [/^\/v1\.0\/users$/, 2],
  [/\/transitiveMembers/i, 5],
  [/^\/v1\.0\/groups\/[^/]+\/members/i, 3],
  [/^\/v1\.0\/users\/[^/]+\/(?:transitiveMemberOf|memberOf|getMemberObjects|licenseDetails)/i, 2],
  [/\/checkMemberGroups/i, 4],
  [/\/getByIds/i, 3],
]

/** Base cost by route; `$select` and a small `$top` reduce it by one each, `$expand` raises it; minimum one. */
export function costOf({ url }: { url: string }): number {
  const [path = '', query = ''] = url.split('?')
  const options = new Set([...new URLSearchParams(query).keys()].map((name) => name.replace('$', '').toLowerCase()))
  const top = Number(new URLSearchParams(query).get('$top') ?? Number.NaN)
  const base = COSTS.find(([pattern]) => pattern.test(path))?.[1] ?? 1
  return Math.max(1, base - (options.has('select') ? 1 : 0) + (options.has('expand') ? 1 : 0) - (top < 20 ? 1 : 0))
}
