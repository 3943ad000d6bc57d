import type { Clock } from '../../directory/clock.ts'
import type { Caller } from '../bearer.ts'
import { GraphError } from '../graph-error.ts'
import type { Subscription } from './subscription.ts'

/** Quotas, and two points that sources differ on: whether duplicates are refused, and whether users have `created`. */
export type SubscriptionLimits = {
  perAppAndTenant: number
  perTenant: number
  refuseDuplicates: boolean
  acceptCreatedUsers: boolean
}

/** The subscriptions of all directories. Expired ones are treated as deleted. */
export class SubscriptionStore {
  readonly limits: SubscriptionLimits = {
    perAppAndTenant: 100,
    perTenant: 1_000,
    refuseDuplicates: false,
    acceptCreatedUsers: false,
  }
  readonly #byId = new Map<string, Subscription>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  all(): Subscription[] {
    for (const [id, { expiresAt }] of this.#byId) if (expiresAt <= this.#clock.now()) this.#byId.delete(id)
    return [...this.#byId.values()]
  }

  /** @throws 403 over a quota, 409 for a duplicate if those are refused */
  refuseSurplus(subscription: Subscription): void {
    const inTenant = this.all().filter(({ directoryId }) => directoryId === subscription.directoryId)
    const own = inTenant.filter(({ applicationId }) => applicationId === subscription.applicationId)
    const limit =
      own.length >= this.limits.perAppAndTenant
        ? 'AppTenant'
        : inTenant.length >= this.limits.perTenant
          ? 'Tenant'
          : undefined
    if (limit)
      throw new GraphError(
        403,
        'ExtensionError',
        `Operation: Create; Exception: [Status Code: Forbidden; Reason: ${limit} subscription limit reached]`,
      )
    const same = own.some(
      (known) => known.notificationUrl === subscription.notificationUrl && known.resource === subscription.resource,
    )
    if (same && this.limits.refuseDuplicates)
      throw new GraphError(
        409,
        'SubscriptionConflict',
        'A subscription with the same resource and notificationUrl exists already.',
      )
  }

  add(subscription: Subscription): void {
    this.#byId.set(subscription.id, subscription)
  }

  own({ appId, directory }: Caller): Subscription[] {
    return this.all().filter(
      ({ applicationId, directoryId }) => applicationId === appId && directoryId === directory.id,
    )
  }

  /** @throws 404 if it is expired, deleted, or another caller's */
  find(id: string, caller: Caller): Subscription {
    const found = this.own(caller).find((subscription) => subscription.id === id.toLowerCase())
    if (!found) throw new GraphError(404, 'ResourceNotFound', `The object was not found. Subscription: ${id}`)
    return found
  }

  clear(): void {
    this.#byId.clear()
  }

  remove(id: string): void {
    this.#byId.delete(id)
  }
}
