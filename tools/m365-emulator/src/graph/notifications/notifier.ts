import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../directory/clock.ts'
import type { Directory } from '../../directory/directory.ts'
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

export type NotificationSettings = {
  /** How long notifications for one address are collected into one request. */
  gatherMilliseconds: number
  /** Maximum entries of one request. */
  mostInOneRequest: number
  answerWithinMilliseconds: number
  /** First delay before a refused request is retried; doubles with each retry. */
  retryMilliseconds: number
  /** How long refused requests are retried; four hours at Microsoft. */
  retryForMilliseconds: number
  /** How lifecycle notifications name the directory: `organizationId` as captured, or `tenantId` as documented. */
  lifecycleShape: 'captured' | 'documented'
}

const REAUTHORIZE_WITHIN = 15 * 60_000

/** Posts notifications as Graph does: collected by address, retried when not accepted in time, in no order. */
export class Notifier {
  readonly settings: NotificationSettings = {
    gatherMilliseconds: 50,
    mostInOneRequest: 100,
    answerWithinMilliseconds: 10_000,
    retryMilliseconds: 1_000,
    retryForMilliseconds: 4 * 3_600_000,
    lifecycleShape: 'captured',
  }
  readonly faults = new NotificationFaults()
  readonly #store: SubscriptionStore
  readonly #clock: Clock
  readonly #health: EndpointHealth
  readonly #gathered = new Map<string, Record<string, unknown>[]>()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #closed = new AbortController()
  // Ticks since the year one, as captured; above 2^53.
  #sequence = 638_059_995_676_961_300n

  constructor(store: SubscriptionStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#health = new EndpointHealth(clock)
  }

  /** Creation and soft deletion of a user also raise `updated`. */
  userChanged(directory: Directory, userId: string, types: readonly ChangeType[]): void {
    for (const subscription of this.#watching(directory.id, 'users', userId)) {
      const raised = types.filter((type) => subscription.changeTypes.has(type))
      for (const type of raised)
        this.#send(subscription.notificationUrl, changeNotification(subscription, type, userId, this.#sequence++))
    }
  }

  /** A change of members raises `updated` of the group. */
  groupChanged(directory: Directory, groupId: string, type: ChangeType, member?: ChangedMember): void {
    for (const subscription of this.#watching(directory.id, 'groups', groupId)) {
      if (!subscription.changeTypes.has(type) || (subscription.watched.membersOnly && !member)) continue
      this.#send(
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
      if (event === 'reauthorizationRequired') subscription.reauthorizeBy = this.#clock.now() + REAUTHORIZE_WITHIN
      if (event === 'subscriptionRemoved') this.#store.remove(subscription.id)
      const address = subscription.lifecycleNotificationUrl
      if (address) this.#send(address, lifecycleNotification(subscription, event, this.settings.lifecycleShape))
    }
  }

  /** Resolves when no notification is in flight or waiting for a retry. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
  }

  /** Forgets planned faults, and how addresses answered. */
  forget(): void {
    this.faults.clear()
    this.#health.clear()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.settled()
  }

  #watching(directoryId: string, kind: 'users' | 'groups', id: string): Subscription[] {
    return this.#store.all().filter(({ watched, reauthorizeBy = Number.POSITIVE_INFINITY, ...subscription }) => {
      const isSubscribed =
        subscription.directoryId === directoryId && watched.kind === kind && (watched.id ?? id) === id
      return isSubscribed && this.#clock.now() <= reauthorizeBy
    })
  }

  #send(address: string, notification: unknown): void {
    for (const delivery of this.faults.apply({ address, body: notification as Record<string, unknown> })) {
      if (delivery.delay === 0) this.#gather(delivery.address, delivery.body)
      else
        this.#track(
          wait(delivery.delay, undefined, { signal: this.#closed.signal }).then(() =>
            this.#gather(address, delivery.body),
          ),
        )
    }
  }

  #gather(address: string, body: Record<string, unknown>): void {
    const waiting = this.#gathered.get(address)
    if (waiting) {
      waiting.push(body)
      return
    }
    this.#gathered.set(address, [body])
    this.#track(
      wait(this.settings.gatherMilliseconds, undefined, { signal: this.#closed.signal }).then(() =>
        this.#flush(address),
      ),
    )
  }

  async #flush(address: string): Promise<void> {
    const all = this.#gathered.get(address) ?? []
    this.#gathered.delete(address)
    for (let start = 0; start < all.length; start += this.settings.mostInOneRequest)
      this.#track(this.#deliver(address, writeNotifications(all.slice(start, start + this.settings.mostInOneRequest))))
  }

  async #deliver(address: string, body: string): Promise<void> {
    const { retryMilliseconds, retryForMilliseconds } = this.settings
    const givesUpAt = this.#clock.now() + retryForMilliseconds
    for (let delay = retryMilliseconds; ; delay *= 2) {
      const state = this.#health.state(address)
      if (state === 'drop') return
      if (state === 'slow')
        await wait(this.settings.answerWithinMilliseconds, undefined, { signal: this.#closed.signal })
      if (await this.#post(address, body)) return
      if (this.#clock.now() + delay > givesUpAt) return
      await wait(delay, undefined, { signal: this.#closed.signal })
    }
  }

  /** Whether the address accepted it in time. */
  async #post(address: string, body: string): Promise<boolean> {
    const start = performance.now()
    const within = this.settings.answerWithinMilliseconds
    const signal = AbortSignal.any([AbortSignal.timeout(within), this.#closed.signal])
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const answer = await fetch(address, { method: 'POST', headers, body, redirect: 'manual', signal }).catch(
      () => undefined,
    )
    await answer?.body?.cancel()
    this.#health.note(address, performance.now() - start >= within)
    return answer?.ok === true
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
    this.#inFlight.add(tracked)
    void tracked.finally(() => this.#inFlight.delete(tracked))
  }
}
