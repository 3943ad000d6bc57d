import type { ChangeLog } from './change-log.ts'
import { changedProperties, type User, UserChange, UserSeed } from './user.ts'

type Slot = { user: User; state: 'live' | 'soft-deleted' | 'purged'; position: number; sessionsValidAfter: number }

/** Users in the order they were made. A deleted user keeps its place, so that a page token stays true while users come and go. */
export class UserStore {
  readonly #slots: Slot[] = []
  readonly #byId = new Map<string, Slot>()
  readonly #byName = new Map<string, Slot>()
  readonly #guests = new Map<string, string>()
  readonly #changes: ChangeLog

  constructor(changes: ChangeLog) {
    this.#changes = changes
  }

  /** One past the last position. */
  get end(): number {
    return this.#slots.length
  }

  add(seed: UserSeed): User {
    const user = UserSeed.parse(seed)
    if (this.#byId.has(user.id)) throw new Error(`A user with id ${user.id} exists already.`)
    if (this.#byName.has(user.userPrincipalName.toLowerCase())) throw new Error(`A user named ${user.userPrincipalName} exists already.`)
    const slot: Slot = { user, state: 'live', position: this.#slots.length, sessionsValidAfter: 0 }
    this.#slots.push(slot)
    this.#byId.set(user.id, slot)
    this.#byName.set(user.userPrincipalName.toLowerCase(), slot)
    if (user.home) this.#guests.set(homeKey(user.home), user.id)
    this.#changes.append({ userId: user.id, properties: 'whole' })
    return user
  }

  change(id: string, change: UserChange): User {
    const slot = this.#live(id)
    const before = slot.user
    const after: User = { ...before, ...UserChange.parse(change) }
    const name = after.userPrincipalName.toLowerCase()
    if (name !== before.userPrincipalName.toLowerCase()) {
      if (this.#byName.has(name)) throw new Error(`A user named ${after.userPrincipalName} exists already.`)
      this.#byName.delete(before.userPrincipalName.toLowerCase())
      this.#byName.set(name, slot)
    }
    slot.user = after
    const properties = changedProperties(before, after)
    if (properties.length > 0) this.#changes.append({ userId: id, properties })
    return after
  }

  /** Into the recycle bin; `restore` brings it back with the same id. */
  delete(id: string): void {
    const slot = this.#live(id)
    slot.state = 'soft-deleted'
    this.#byName.delete(slot.user.userPrincipalName.toLowerCase())
    this.#changes.append({ userId: id, properties: 'whole' })
  }

  restore(id: string): User {
    const slot = this.#byId.get(id)
    if (slot?.state !== 'soft-deleted') throw new Error(`No user ${id} is in the recycle bin.`)
    slot.state = 'live'
    this.#byName.set(slot.user.userPrincipalName.toLowerCase(), slot)
    this.#changes.append({ userId: id, properties: 'whole' })
    return slot.user
  }

  purge(id: string): void {
    const slot = this.#byId.get(id)
    if (!slot || slot.state === 'purged') throw new Error(`There is no user ${id}.`)
    this.#byName.delete(slot.user.userPrincipalName.toLowerCase())
    slot.state = 'purged'
    this.#changes.append({ userId: id, properties: 'whole' })
  }

  find(idOrName: string): User | undefined {
    const slot = this.#byId.get(idOrName.toLowerCase()) ?? this.#byName.get(idOrName.toLowerCase())
    return slot?.state === 'live' ? slot.user : undefined
  }

  findGuestOf(home: { directoryId: string; userId: string }): User | undefined {
    const id = this.#guests.get(homeKey(home))
    return id === undefined ? undefined : this.find(id)
  }

  at(position: number): User | undefined {
    const slot = this.#slots[position]
    return slot?.state === 'live' ? slot.user : undefined
  }

  state(id: string): Slot['state'] | undefined {
    return this.#byId.get(id)?.state
  }

  *all(): Generator<User> {
    for (const { user, state } of this.#slots) if (state === 'live') yield user
  }

  count(): number {
    return this.#byName.size
  }

  /** Tokens and Microsoft sessions from before this moment are worth nothing. */
  revokeSessions(id: string, now: number): void {
    this.#live(id).sessionsValidAfter = now
  }

  sessionsValidAfter(id: string): number {
    return this.#byId.get(id)?.sessionsValidAfter ?? 0
  }

  #live(id: string): Slot {
    const slot = this.#byId.get(id.toLowerCase())
    if (slot?.state !== 'live') throw new Error(`There is no user ${id}.`)
    return slot
  }
}

function homeKey({ directoryId, userId }: { directoryId: string; userId: string }): string {
  return `${directoryId.toLowerCase()}/${userId.toLowerCase()}`
}
