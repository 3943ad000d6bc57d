import type { ChangeLog, UserChanged } from './change-log.ts'
import { NOBODY, type Population } from './computed-users.ts'
import { changedProperties, type User, UserChange, UserSeed } from './user.ts'

const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000

type UserState = 'live' | 'soft-deleted' | 'purged'
type Slot = { user: User; state: UserState; position: number; deletedAt: string | null; sessionsValidAfter: number }

/**
 * Users in order of creation, after the computed population. A deleted user keeps its position, so page tokens stay
 * valid while users come and go. Only added or changed users take memory.
 */
export class UserStore {
  readonly #population: Population
  readonly #slots = new Map<number, Slot>()
  readonly #byId = new Map<string, Slot>()
  readonly #byName = new Map<string, Slot>()
  readonly #guests = new Map<string, string>()
  readonly #deleted = new Set<Slot>()
  readonly #changes: ChangeLog<UserChanged>
  readonly #now: () => number
  #end: number
  #count: number

  constructor(changes: ChangeLog<UserChanged>, now: () => number, population: Population = NOBODY) {
    this.#changes = changes
    this.#now = now
    this.#population = population
    this.#end = population.size
    this.#count = population.size
  }

  /** The position after the last user. */
  get end(): number {
    return this.#end
  }

  /** Number of users in memory; the others are computed. */
  get held(): number {
    return this.#slots.size
  }

  add(seed: UserSeed): User {
    const user = UserSeed.parse(seed)
    if (this.#slotOf(user.id)) throw new Error(`A user with id ${user.id} exists already.`)
    this.#refuseTakenName(user.userPrincipalName)
    this.#count++
    this.#byName.set(user.userPrincipalName.toLowerCase(), this.#hold(user, this.#end++))
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
      this.#refuseTakenName(after.userPrincipalName)
      this.#byName.delete(before.userPrincipalName.toLowerCase())
      this.#byName.set(name, slot)
    }
    slot.user = after
    const properties = changedProperties(before, after)
    if (properties.length > 0) this.#changes.append({ userId: slot.user.id, properties })
    return after
  }

  /** Moves the user to the recycle bin; `restore` brings it back with the same id. */
  delete(id: string): void {
    const slot = this.#live(id)
    this.#leave(slot, 'soft-deleted')
    slot.deletedAt = new Date(this.#now()).toISOString()
    this.#deleted.add(slot)
    this.#changes.append({ userId: slot.user.id, properties: 'whole' })
  }

  restore(id: string): User {
    const slot = this.#byId.get(id)
    if (slot?.state !== 'soft-deleted') throw new Error(`No user ${id} is in the recycle bin.`)
    this.#refuseTakenName(slot.user.userPrincipalName)
    slot.state = 'live'
    slot.deletedAt = null
    this.#deleted.delete(slot)
    this.#count++
    this.#byName.set(slot.user.userPrincipalName.toLowerCase(), slot)
    this.#changes.append({ userId: id, properties: 'whole', isRestored: true })
    return slot.user
  }

  purge(id: string): void {
    const slot = this.#slotOf(id)
    if (!slot || slot.state === 'purged') throw new Error(`There is no user ${id}.`)
    this.#leave(slot, 'purged')
    this.#deleted.delete(slot)
    this.#changes.append({ userId: slot.user.id, properties: 'whole' })
  }

  find(idOrName: string): User | undefined {
    const key = idOrName.toLowerCase()
    const slot = this.#byId.get(key) ?? this.#byName.get(key)
    if (slot) return slot.state === 'live' ? slot.user : undefined
    const position = this.#population.positionOf(key) ?? this.#population.positionOfName(key)
    // a changed user was found above, by its current name or id
    return position === undefined || this.#slots.has(position) ? undefined : this.#population.at(position)
  }

  findGuestOf(home: { directoryId: string; userId: string }): User | undefined {
    const id = this.#guests.get(homeKey(home))
    return id === undefined ? undefined : this.find(id)
  }

  at(position: number): User | undefined {
    const slot = this.#slots.get(position)
    if (slot) return slot.state === 'live' ? slot.user : undefined
    return position < this.#population.size ? this.#population.at(position) : undefined
  }

  /** The user of this position, if in the recycle bin. */
  deletedAt(position: number): User | undefined {
    const slot = this.#slots.get(position)
    return slot?.state === 'soft-deleted' ? slot.user : undefined
  }

  /** The recycle bin, in order of deletion. */
  deleted(): { user: User; deletedDateTime: string }[] {
    this.forgetDeleted()
    return [...this.#deleted].map(({ user, deletedAt }) => ({ user, deletedDateTime: deletedAt ?? '' }))
  }

  /** Empties the recycle bin of users deleted more than thirty days ago. */
  forgetDeleted(): void {
    const until = this.#now() - THIRTY_DAYS
    for (const { user, deletedAt } of this.#deleted) if (Date.parse(deletedAt ?? '') <= until) this.purge(user.id)
  }

  state(id: string): UserState | undefined {
    return this.#byId.get(id)?.state ?? (this.#population.positionOf(id) === undefined ? undefined : 'live')
  }

  *all(start = 0): Generator<User> {
    for (let position = start; position < this.#end; position++) {
      const user = this.at(position)
      if (user) yield user
    }
  }

  /** The first `limit` users from this position on. */
  slice(start: number, limit: number): User[] {
    const users: User[] = []
    for (let position = start; position < this.#end && users.length < limit; position++) {
      const user = this.at(position)
      if (user) users.push(user)
    }
    return users
  }

  /** Users with a directory role. Computed users have none, so only those in memory are visited. */
  *roleHolders(): Generator<User> {
    for (const { user, state } of this.#slots.values())
      if (state === 'live' && user.directoryRoles.length > 0) yield user
  }

  count(): number {
    return this.#count
  }

  /** All users in memory, deleted ones included. */
  save(): Slot[] {
    return [...this.#slots.values()]
  }

  /** Takes saved users into an empty store; this is no change to report. */
  load(saved: readonly Slot[]): void {
    for (const { user, position, ...rest } of saved) {
      const slot = Object.assign(this.#hold(user, position), rest)
      const isLive = slot.state === 'live'
      if (isLive) this.#byName.set(user.userPrincipalName.toLowerCase(), slot)
      if (user.home) this.#guests.set(homeKey(user.home), user.id)
      this.#end = Math.max(this.#end, position + 1)
      this.#count += Number(isLive) - Number(position < this.#population.size)
    }
    const deleted = saved.filter(({ state }) => state === 'soft-deleted')
    for (const { user } of deleted.sort((one, other) => (one.deletedAt ?? '').localeCompare(other.deletedAt ?? '')))
      this.#deleted.add(this.#byId.get(user.id) as Slot)
  }

  /** Tokens and Microsoft sessions from before this moment become invalid. */
  revokeSessions(id: string, now: number): void {
    this.#live(id).sessionsValidAfter = now
  }

  sessionsValidAfter(id: string): number {
    return this.#byId.get(id)?.sessionsValidAfter ?? 0
  }

  #leave(slot: Slot, state: UserState): void {
    if (slot.state === 'live') {
      this.#byName.delete(slot.user.userPrincipalName.toLowerCase())
      this.#count--
    }
    slot.state = state
  }

  #live(id: string): Slot {
    const slot = this.#slotOf(id)
    if (slot?.state !== 'live') throw new Error(`There is no user ${id}.`)
    return slot
  }

  /** Takes a computed user into memory. */
  #slotOf(id: string): Slot | undefined {
    const known = this.#byId.get(id.toLowerCase())
    if (known) return known
    const position = this.#population.positionOf(id.toLowerCase())
    if (position === undefined) return undefined
    const slot = this.#hold(this.#population.at(position), position)
    this.#byName.set(slot.user.userPrincipalName.toLowerCase(), slot)
    return slot
  }

  #hold(user: User, position: number): Slot {
    const slot: Slot = { user, state: 'live', position, deletedAt: null, sessionsValidAfter: 0 }
    this.#slots.set(position, slot)
    this.#byId.set(user.id, slot)
    return slot
  }

  #refuseTakenName(userPrincipalName: string): void {
    if (this.find(userPrincipalName)) throw new Error(`A user named ${userPrincipalName} exists already.`)
  }
}

function homeKey({ directoryId, userId }: { directoryId: string; userId: string }): string {
  return `${directoryId.toLowerCase()}/${userId.toLowerCase()}`
}
