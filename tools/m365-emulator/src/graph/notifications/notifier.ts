import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../directory/clock.ts'
import type { Directory } from '../../directory/directory.ts'
import type { NotificationSettings } from '../settings.ts'
import type { ChangeType, Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionStore } from '../subscriptions/subscription-store.ts'
import { EndpointHealth } from './endpoint-health.ts'
import {
  type ChangedMember,
  changeNotification,
  type LifecycleEvent,
  lifecycleNotification,
  writeNotifications,
} from './notification.ts'
import { NotificationFaults } from './notification-faults.ts'

const REAUTHORIZE_WITHIN = 15 * 60_000

/** What delivery goes by: in general, or for one directory. */
export type DeliveryRules = { settings: NotificationSettings; clock: Clock }

/** Notifications that are delivered by the same rules, and how their addresses answer. */
type Lane = DeliveryRules & {
  health: EndpointHealth
  gathered: Map<string, Record<string, unknown>[]>
  inFlight: Set<Promise<void>>
}

function newLane(rules: DeliveryRules): Lane {
  return { ...rules, health: new EndpointHealth(rules.clock), gathered: new Map(), inFlight: new Set() }
}

/**
 * Posts notifications as Graph does: collected by address across directories, retried when not accepted in time, in no
 * order. A directory with a clock or settings of its own has a lane of its own.
 */
export class Notifier {
  /** Of every directory that has none of its own. */
  readonly settings: NotificationSettings
  readonly faults = new NotificationFaults()
  readonly #store: SubscriptionStore
  readonly #shared: Lane
  readonly #ownRules: (directoryId: string) => DeliveryRules | undefined
  readonly #ownLanes = new Map<string, Lane>()
  readonly #closed = new AbortController()
  // Ticks since the year one, as captured; above 2^53.
  #sequence = 638_059_995_676_961_300n

  /** `ownRules` answers nothing for a directory that goes by the rules for all. */
  constructor(
    store: SubscriptionStore,
    rules: DeliveryRules,
    ownRules: (directoryId: string) => DeliveryRules | undefined,
  ) {
    this.settings = rules.settings
    this.#store = store
    this.#shared = newLane(rules)
    this.#ownRules = ownRules
  }

  /** Creation and soft deletion of a user also raise `updated`. */
  userChanged(directory: Directory, userId: string, types: readonly ChangeType[]): void {
    for (const subscription of this.#watching(directory.id, 'users', userId)) {
      const raised = types.filter((type) => subscription.changeTypes.has(type))
      for (const type of raised)
        this.#send(
          directory.id,
          subscription.notificationUrl,
          changeNotification(subscription, type, userId, this.#sequence++),
        )
    }
  }

  /** A change of members raises `updated` of the group. */
  groupChanged(directory: Directory, groupId: string, type: ChangeType, member?: ChangedMember): void {
    for (const subscription of this.#watching(directory.id, 'groups', groupId)) {
      if (!subscription.changeTypes.has(type) || (subscription.watched.membersOnly && !member)) continue
      this.#send(
        directory.id,
        subscription.notificationUrl,
        changeNotification(subscription, type, groupId, this.#sequence++, member),
      )
    }
  }

  /**
   * Sends to one subscription, or to all of a directory. An unanswered reauthorizationRequired stops notifications
   * after 15 minutes.
   */
  lifecycle(event: LifecycleEvent, which: { subscriptionId?: string; directoryId?: string }): void {
    const targets = this.#store
      .all()
      .filter(
        ({ id, directoryId }) =>
          (which.subscriptionId ?? id) === id && (which.directoryId ?? directoryId) === directoryId,
      )
    for (const subscription of targets) {
      const { directoryId } = subscription
      const { clock, settings } = this.#laneOf(directoryId)
      if (event === 'reauthorizationRequired') subscription.reauthorizeBy = clock.now() + REAUTHORIZE_WITHIN
      if (event === 'subscriptionRemoved') this.#store.remove(subscription.id)
      const address = subscription.lifecycleNotificationUrl
      if (address) this.#send(directoryId, address, lifecycleNotification(subscription, event, settings.lifecycleShape))
    }
  }

  /** Resolves when no notification, or none by this directory's rules, is in flight or waiting for a retry. */
  async settled(directoryId?: string): Promise<void> {
    const lanes = () => (directoryId === undefined ? this.#lanes() : [this.#laneOf(directoryId)])
    const inFlight = () => lanes().flatMap((lane) => [...lane.inFlight])
    while (inFlight().length > 0) await Promise.all(inFlight())
  }

  /** Forgets planned faults, and how addresses answered: of all, or of what was meant for one directory alone. */
  forget(directoryId?: string): void {
    this.faults.clear(directoryId)
    const lanes = directoryId === undefined ? this.#lanes() : [this.#ownLanes.get(directoryId)]
    for (const lane of lanes) lane?.health.clear()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.settled()
  }

  #lanes(): Lane[] {
    return [this.#shared, ...this.#ownLanes.values()]
  }

  #laneOf(directoryId: string): Lane {
    const rules = this.#ownRules(directoryId)
    if (!rules) return this.#shared
    const known = this.#ownLanes.get(directoryId)
    if (known) return known
    const lane = newLane(rules)
    this.#ownLanes.set(directoryId, lane)
    return lane
  }

  #watching(directoryId: string, kind: 'users' | 'groups', id: string): Subscription[] {
    const now = this.#laneOf(directoryId).clock.now()
    return this.#store.all().filter(({ watched, reauthorizeBy = Number.POSITIVE_INFINITY, ...subscription }) => {
      const isSubscribed =
        subscription.directoryId === directoryId && watched.kind === kind && (watched.id ?? id) === id
      return isSubscribed && now <= reauthorizeBy
    })
  }

  #send(directoryId: string, address: string, notification: unknown): void {
    const lane = this.#laneOf(directoryId)
    for (const delivery of this.faults.apply({ address, body: notification as Record<string, unknown> })) {
      if (delivery.delay === 0) this.#gather(lane, delivery.address, delivery.body)
      else this.#later(lane, delivery.delay, async () => this.#gather(lane, address, delivery.body))
    }
  }

  #gather(lane: Lane, address: string, body: Record<string, unknown>): void {
    const waiting = lane.gathered.get(address)
    if (waiting) {
      waiting.push(body)
      return
    }
    lane.gathered.set(address, [body])
    this.#later(lane, lane.settings.gatherMilliseconds, async () => this.#flush(lane, address))
  }

  #flush(lane: Lane, address: string): void {
    const all = lane.gathered.get(address) ?? []
    const { mostInOneRequest } = lane.settings
    lane.gathered.delete(address)
    for (let start = 0; start < all.length; start += mostInOneRequest)
      this.#track(lane, this.#deliver(lane, address, writeNotifications(all.slice(start, start + mostInOneRequest))))
  }

  async #deliver({ settings, clock, health }: Lane, address: string, body: string): Promise<void> {
    const { retryMilliseconds, retryForMilliseconds, answerWithinMilliseconds } = settings
    const givesUpAt = clock.now() + retryForMilliseconds
    for (let delay = retryMilliseconds; ; delay *= 2) {
      const state = health.state(address)
      if (state === 'drop') return
      if (state === 'slow') await wait(answerWithinMilliseconds, undefined, { signal: this.#closed.signal })
      const start = performance.now()
      const isAccepted = await this.#post(address, body, answerWithinMilliseconds)
      health.note(address, performance.now() - start >= answerWithinMilliseconds)
      if (isAccepted || clock.now() + delay > givesUpAt) return
      await wait(delay, undefined, { signal: this.#closed.signal })
    }
  }

  /** Whether the address accepted it in time. */
  async #post(address: string, body: string, withinMilliseconds: number): Promise<boolean> {
    const signal = AbortSignal.any([AbortSignal.timeout(withinMilliseconds), this.#closed.signal])
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const answer = await fetch(address, { method: 'POST', headers, body, redirect: 'manual', signal }).catch(
      () => undefined,
    )
    await answer?.body?.cancel()
    return answer?.ok === true
  }

  #later(lane: Lane, milliseconds: number, act: () => Promise<void>): void {
    this.#track(lane, wait(milliseconds, undefined, { signal: this.#closed.signal }).then(act))
  }

  #track({ inFlight }: Lane, work: Promise<void>): void {
    const tracked = work.catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
    inFlight.add(tracked)
    void tracked.finally(() => inFlight.delete(tracked))
  }
}
