import { z } from 'zod'

const size = z.number().int().min(1).max(999)

/** Behaviour that is Graph's choice, or that public sources leave open. */
export const GraphSettings = z.strictObject({
  /** Page size of `/users` without `$top`. */
  defaultPageSize: size,
  /** Page size of `/users/delta` and `/groups/delta`; clients cannot choose it. */
  deltaPageSize: size,
  /** Maximum members of one group on a page of `/groups/delta`. */
  deltaMembersSlice: size,
  /** Status for an expired delta token: a blog of 2020 says 400, captures show 410. */
  expiredDeltaStatus: z.union([z.literal(400), z.literal(410)]),
  /** Delay until a change appears in delta; lists show it at once. */
  deltaLagMilliseconds: z.number().int().min(0),
  /** Number of changes before a deltaLink that are replayed after it. */
  deltaReplays: z.number().int().min(0),
  /** Shuffles the items of a delta page by this seed; null keeps the order of change. */
  deltaShuffleSeed: z.number().int().nullable(),
  /** Whether the first round includes the recycle bin. */
  deltaRemovedInFirstRound: z.boolean(),
  /** How long Graph does not know an application after its first consent: 401 `Authorization_IdentityNotFound`. */
  identityUnknownMilliseconds: z.number().int().min(0),
  /** Every nth page has a nextLink but no items; 0 for none. */
  emptyPageEvery: z.number().int().min(0),
  /**
   * The nextLink of a filter on licences is refused as expired without `ConsistencyLevel: eventual` and `$count=true`.
   */
  licencePagesExpire: z.boolean(),
  /** A restored user appears in the next delta (documented), or is missing from it under `$select` (seen in 2019). */
  restoredUsersInDelta: z.enum(['always', 'without-select']),
  /** The responses of a batch come in the order of their requests, or last first: no order is promised. */
  batchOrder: z.enum(['as-asked', 'reversed']),
})
export type GraphSettings = z.output<typeof GraphSettings>

export const USUAL_GRAPH_SETTINGS: GraphSettings = {
  defaultPageSize: 100,
  deltaPageSize: 200,
  deltaMembersSlice: 100,
  expiredDeltaStatus: 400,
  deltaLagMilliseconds: 0,
  deltaReplays: 0,
  deltaShuffleSeed: null,
  deltaRemovedInFirstRound: false,
  identityUnknownMilliseconds: 0,
  emptyPageEvery: 0,
  licencePagesExpire: true,
  restoredUsersInDelta: 'always',
  batchOrder: 'as-asked',
}

/** Quotas of resource units. */
export const ThrottleSettings = z.strictObject({
  enabled: z.boolean(),
  /** Resource units per app, directory and ten seconds; null: by the size of the directory. */
  unitsPerWindow: z.number().int().min(1).nullable(),
  /** Some services omit the header. */
  sendRetryAfter: z.boolean(),
})
export type ThrottleSettings = z.output<typeof ThrottleSettings>

export const USUAL_THROTTLE_SETTINGS: ThrottleSettings = { enabled: true, unitsPerWindow: null, sendRetryAfter: true }

const milliseconds = z.number().int().min(0)

/** Delivery of change and lifecycle notifications. */
export const NotificationSettings = z.strictObject({
  /** How long notifications for one address are collected into one request. */
  gatherMilliseconds: milliseconds,
  /** Maximum entries of one request. */
  mostInOneRequest: z.number().int().min(1),
  answerWithinMilliseconds: milliseconds,
  /** First delay before a refused request is retried; doubles with each retry. */
  retryMilliseconds: milliseconds,
  /** How long refused requests are retried; four hours at Microsoft. */
  retryForMilliseconds: milliseconds,
  /** How lifecycle notifications name the directory: `organizationId` as captured, or `tenantId` as documented. */
  lifecycleShape: z.enum(['captured', 'documented']),
})
export type NotificationSettings = z.output<typeof NotificationSettings>

export const USUAL_NOTIFICATION_SETTINGS: NotificationSettings = {
  gatherMilliseconds: 50,
  mostInOneRequest: 100,
  answerWithinMilliseconds: 10_000,
  retryMilliseconds: 1_000,
  retryForMilliseconds: 4 * 3_600_000,
  lifecycleShape: 'captured',
}

/** Quotas, and two points that sources differ on: whether duplicates are refused, and whether users have `created`. */
export const SubscriptionLimits = z.strictObject({
  perAppAndTenant: z.number().int().min(0),
  perTenant: z.number().int().min(0),
  refuseDuplicates: z.boolean(),
  acceptCreatedUsers: z.boolean(),
})
export type SubscriptionLimits = z.output<typeof SubscriptionLimits>

export const USUAL_SUBSCRIPTION_LIMITS: SubscriptionLimits = {
  perAppAndTenant: 100,
  perTenant: 1_000,
  refuseDuplicates: false,
  acceptCreatedUsers: false,
}
