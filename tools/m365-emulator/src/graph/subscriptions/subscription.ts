import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Caller, requireAny } from '../bearer.ts'
import { badRequest, GraphError } from '../graph-error.ts'

const MINUTE = 60_000
/** Maximum of directory objects: just under 29 days. */
const LONGEST_MINUTES = 41_760
const SHORTEST_MINUTES = 45
const LONGEST_CLIENT_STATE = 128

export type ChangeType = 'created' | 'updated' | 'deleted'

export type Subscription = {
  id: string
  applicationId: string
  creatorId: string
  directoryId: string
  resource: string
  /** `users` or one user; `groups`, one group, or the members of one. */
  watched: { kind: 'users' | 'groups'; id: string | undefined; membersOnly: boolean }
  changeTypes: ReadonlySet<ChangeType>
  changeType: string
  clientState: string | null
  notificationUrl: string
  lifecycleNotificationUrl: string | null
  expiresAt: number
  /** After this moment nothing is delivered until the app reauthorizes or renews. */
  reauthorizeBy: number | undefined
}

const Body = z.object({
  changeType: z.string(),
  notificationUrl: z.string(),
  lifecycleNotificationUrl: z.string().nullish(),
  resource: z.string(),
  expirationDateTime: z.string(),
  clientState: z.string().nullish(),
  latestSupportedTlsVersion: z.string().nullish(),
  includeResourceData: z.boolean().nullish(),
})

const READ = {
  users: ['User.Read.All', 'Directory.Read.All'],
  groups: ['Group.Read.All', 'Directory.Read.All'],
} as const

/** Validates a request in everything but its addresses, which are validated by a call. */
export function readSubscription(body: unknown, caller: Caller): Subscription {
  const read = Body.safeParse(body)
  if (!read.success) throw badRequest(`Property '${read.error.issues[0]?.path.join('.')}' is missing or invalid.`)
  const asked = read.data
  if (caller.kind !== 'app') throw new GraphError(403, 'Forbidden', 'Delegated subscriptions are not emulated.')
  const watched = readResource(asked.resource)
  requireAny(caller, ...READ[watched.kind])
  if (asked.includeResourceData) throw badRequest(`Resource data is not supported for resource '${asked.resource}'.`)
  if ((asked.clientState ?? '').length > LONGEST_CLIENT_STATE)
    throw badRequest(`Invalid 'clientState' specified: longer than ${LONGEST_CLIENT_STATE} characters.`)
  return {
    id: randomUUID(),
    applicationId: caller.appId,
    creatorId: caller.subject,
    directoryId: caller.directory.id,
    resource: asked.resource,
    watched,
    changeTypes: readChangeTypes(
      asked.changeType,
      watched.kind === 'groups' || caller.cloud.subscriptionLimits.acceptCreatedUsers,
    ),
    changeType: asked.changeType,
    clientState: asked.clientState ?? null,
    notificationUrl: readAddress(asked.notificationUrl, 'notificationUrl'),
    lifecycleNotificationUrl: asked.lifecycleNotificationUrl
      ? readAddress(asked.lifecycleNotificationUrl, 'lifecycleNotificationUrl')
      : null,
    expiresAt: readExpiration(asked.expirationDateTime, caller.cloud.clock.now()),
    reauthorizeBy: undefined,
  }
}

function readResource(resource: string): Subscription['watched'] {
  const found = /^\/?(users|groups)(?:\/([0-9a-f-]{36}))?(\/members)?$/i.exec(resource)
  const kind = found?.[1]?.toLowerCase() === 'groups' ? 'groups' : 'users'
  const membersOnly = found?.[3] !== undefined
  if (!found || (membersOnly && (kind === 'users' || !found[2])))
    throw badRequest(`Invalid 'resource' specified: '${resource}'.`)
  return { kind, id: found[2]?.toLowerCase(), membersOnly }
}

function readChangeTypes(text: string, acceptsCreated: boolean): Set<ChangeType> {
  const types = text.split(',').map((type) => type.trim().toLowerCase())
  if (types.some((type) => (type !== 'created' || !acceptsCreated) && type !== 'updated' && type !== 'deleted'))
    throw new GraphError(400, 'InvalidRequest', `Invalid 'changeType' attribute: '${text}'.`)
  return new Set(types as ChangeType[])
}

/** Microsoft accepts https only; the emulator accepts http on the local machine. */
function readAddress(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url && /^(?:localhost|127\.0\.0\.1|\[::1\]|.+\.localhost)$/.test(url.hostname)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    throw badRequest(`Invalid '${name}' specified: it must be an https address.`)
  return text
}

/** @throws 400 above the maximum; a shorter time is raised to the minimum */
export function readExpiration(text: string, now: number): number {
  const asked = Date.parse(text)
  if (Number.isNaN(asked)) throw badRequest(`Invalid 'expirationDateTime' specified: '${text}'.`)
  if (asked <= now) throw badRequest('Subscription expiration must be in the future.')
  if (asked > now + (LONGEST_MINUTES + 1) * MINUTE)
    throw badRequest(`Subscription expiration can only be ${LONGEST_MINUTES} minutes in the future.`)
  return Math.max(asked, now + SHORTEST_MINUTES * MINUTE)
}

export function showSubscription(subscription: Subscription, origin: string) {
  return {
    '@odata.context': `${origin}/v1.0/$metadata#subscriptions/$entity`,
    id: subscription.id,
    resource: subscription.resource,
    applicationId: subscription.applicationId,
    changeType: subscription.changeType,
    clientState: subscription.clientState,
    notificationUrl: subscription.notificationUrl,
    notificationQueryOptions: null,
    lifecycleNotificationUrl: subscription.lifecycleNotificationUrl,
    expirationDateTime: new Date(subscription.expiresAt).toISOString(),
    creatorId: subscription.creatorId,
    includeResourceData: null,
    latestSupportedTlsVersion: 'v1_2',
    encryptionCertificate: null,
    encryptionCertificateId: null,
    notificationUrlAppId: null,
    notificationContentType: null,
  }
}
