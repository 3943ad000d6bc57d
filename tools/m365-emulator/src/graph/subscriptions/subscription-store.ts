import type { Caller } from '../bearer.ts'
import { GraphError } from '../graph-error.ts'
import type { SubscriptionLimits } from '../settings.ts'
import type { Subscription } from './subscription.ts'

/** The subscriptions of all directories. Expired ones are treated as deleted. */
export class SubscriptionStore {
  /** Of every directory that has none of its own. */
  readonly limits: SubscriptionLimits
  readonly #byId = new Map<string, Subscription>()
  readonly #nowIn: (directoryId: string) => number

  constructor(limits: SubscriptionLimits, nowIn: (directoryId: string) => number) {
    this.limits = limits
    this.#nowIn = nowIn
  }

  all(): Subscription[] {
    for (const [id, { directoryId, expiresAt }] of this.#byId)
      if (expiresAt <= this.#nowIn(directoryId)) this.#byId.delete(id)
    return [...this.#byId.values()]
  }

  /** @throws 403 over a quota, 409 for a duplicate if those are refused */
  refuseSurplus(subscription: Subscription, limits: SubscriptionLimits): void {
    const inTenant = this.all().filter(({ directoryId }) => directoryId === subscription.directoryId)
    const own = inTenant.filter(({ applicationId }) => applicationId === subscription.applicationId)
    const limit =
      own.length >= limits.perAppAndTenant ? 'AppTenant' : inTenant.length >= limits.perTenant ? 'Tenant' : undefined
    if (limit)
      throw new GraphError(
        403,
        'ExtensionError',
        `Operation: Create; Exception: [Status Code: Forbidden; Reason: ${limit} subscription limit reached]`,
      )
    const same = own.some(
      (known) => known.notificationUrl === subscription.notificationUrl && known.resource === subscription.resource,
    )
    if (same && limits.refuseDuplicates)
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

  /** Forgets all, or those of one directory. */
  clear(directory?: string): void {
    for (const [id, { directoryId }] of this.#byId)
      if ((directory ?? directoryId) === directoryId) this.#byId.delete(id)
  }

  remove(id: string): void {
    this.#byId.delete(id)
  }
}
