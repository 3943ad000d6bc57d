import { z } from 'zod'

const size = z.number().int().min(1).max(999)

/** Behaviour of Graph that is the server's choice, or that public sources do not settle. */
export const GraphSettings = z.strictObject({
  /** Of `/users` without `$top`. */
  defaultPageSize: size,
  /** Of `/users/delta` and `/groups/delta`; there the client has no say. */
  deltaPageSize: size,
  /** How many members of one group a page of `/groups/delta` brings. */
  deltaMembersSlice: size,
  /** An expired delta token: the blog of 2020 says 400, captures show 410. */
  expiredDeltaStatus: z.union([z.literal(400), z.literal(410)]),
  /** A change shows in delta only so much later; lists show it at once. */
  deltaLagMilliseconds: z.number().int().min(0),
  /** So many changes before a deltaLink come again after it. */
  deltaReplays: z.number().int().min(0),
  /** The order of items on a delta page, drawn from this number; in the order of change when null. */
  deltaShuffleSeed: z.number().int().nullable(),
  /** Whether the first round tells of the recycle bin. */
  deltaRemovedInFirstRound: z.boolean(),
  /** After a first consent Graph does not know the application for so long: 401 `Authorization_IdentityNotFound`. */
  identityUnknownMilliseconds: z.number().int().min(0),
  /** Every so manieth page has no items and still a nextLink; none when 0. */
  emptyPageEvery: z.number().int().min(0),
  /**
   * A nextLink of a filter on licences, asked for without `ConsistencyLevel: eventual` and `$count=true`, has expired.
   */
  licencePagesExpire: z.boolean(),
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
}
