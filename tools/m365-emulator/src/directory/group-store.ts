import type { ChangeLog } from './change-log.ts'
import {
  type Group,
  type GroupChange,
  type GroupChanged,
  GroupChange as GroupChangeSchema,
  type GroupProperty,
  GroupSeed,
  type Member,
} from './group.ts'
import type { UserStore } from './user-store.ts'

type Slot = { group: Group; isLive: boolean; members: Map<string, Member['type']> }

/** Groups in order of creation, members in order of joining. A deleted user's memberships return with a restore. */
export class GroupStore {
  readonly #slots: Slot[] = []
  readonly #byId = new Map<string, Slot>()
  readonly #groupsOf = new Map<string, Set<string>>()
  readonly #log: ChangeLog<GroupChanged>
  readonly #users: UserStore

  constructor(log: ChangeLog<GroupChanged>, users: UserStore) {
    this.#log = log
    this.#users = users
  }

  get end(): number {
    return this.#slots.length
  }

  add(seed: GroupSeed): Group {
    const { members, ...group } = GroupSeed.parse(seed)
    if (this.#byId.has(group.id)) throw new Error(`A group with id ${group.id} exists already.`)
    const slot: Slot = { group, isLive: true, members: new Map() }
    this.#slots.push(slot)
    this.#byId.set(group.id, slot)
    this.#log.append({ groupId: group.id, properties: 'whole' })
    for (const id of members) this.addMember(group.id, id)
    return group
  }

  change(id: string, change: GroupChange): Group {
    const slot = this.#live(id)
    const before = slot.group
    slot.group = { ...before, ...GroupChangeSchema.parse(change) }
    const properties = (Object.keys(change) as GroupProperty[]).filter((name) => before[name] !== slot.group[name])
    if (properties.length > 0) this.#log.append({ groupId: slot.group.id, properties })
    return slot.group
  }

  delete(id: string): void {
    const slot = this.#live(id)
    slot.isLive = false
    for (const member of slot.members.keys()) this.#groupsOf.get(member)?.delete(slot.group.id)
    slot.members.clear()
    for (const parent of [...(this.#groupsOf.get(slot.group.id) ?? [])]) this.removeMember(parent, slot.group.id)
    this.#log.append({ groupId: slot.group.id, properties: 'whole' })
  }

  addMember(id: string, memberId: string): void {
    const { group, members } = this.#live(id)
    const key = memberId.toLowerCase()
    const type = this.#users.state(key) === 'live' ? 'user' : this.find(key) ? 'group' : undefined
    if (!type) throw new Error(`There is neither a user nor a group ${memberId}.`)
    if (type === 'group' && group.groupTypes.includes('Unified'))
      throw new Error('A Microsoft 365 group holds no groups.')
    if (members.has(key)) throw new Error(`${memberId} is a member of ${group.displayName} already.`)
    members.set(key, type)
    const groups = this.#groupsOf.get(key) ?? new Set()
    this.#groupsOf.set(key, groups.add(group.id))
    this.#log.append({ groupId: group.id, properties: 'none', member: { id: key, type, isRemoved: false } })
  }

  removeMember(id: string, memberId: string): void {
    const { group, members } = this.#live(id)
    const key = memberId.toLowerCase()
    const type = members.get(key)
    if (!type) throw new Error(`${memberId} is no member of ${group.displayName}.`)
    members.delete(key)
    this.#groupsOf.get(key)?.delete(group.id)
    this.#log.append({ groupId: group.id, properties: 'none', member: { id: key, type, isRemoved: true } })
  }

  /** A deleted user no longer appears as a member; a restored one does again. */
  userChanged(userId: string, state: 'live' | 'soft-deleted' | 'purged' | undefined): void {
    for (const groupId of [...(this.#groupsOf.get(userId) ?? [])]) {
      if (state === 'purged') this.removeMember(groupId, userId)
      else
        this.#log.append({
          groupId,
          properties: 'none',
          member: { id: userId, type: 'user', isRemoved: state !== 'live' },
        })
    }
  }

  /** The groups with all their members, soft-deleted users included. */
  save(): (Group & { members: string[] })[] {
    return this.#slots
      .filter(({ isLive }) => isLive)
      .map(({ group, members }) => ({ ...group, members: [...members.keys()] }))
  }

  /** Takes saved groups into an empty store; this is no change to report. */
  load(saved: readonly (Group & { members: readonly string[] })[]): void {
    for (const { members: _, ...group } of saved) {
      const slot: Slot = { group, isLive: true, members: new Map() }
      this.#slots.push(slot)
      this.#byId.set(group.id, slot)
    }
    for (const { id, members } of saved)
      for (const member of members) {
        this.#byId.get(id)?.members.set(member, this.#byId.has(member) ? 'group' : 'user')
        this.#groupsOf.set(member, (this.#groupsOf.get(member) ?? new Set()).add(id))
      }
  }

  find(id: string): Group | undefined {
    const slot = this.#byId.get(id.toLowerCase())
    return slot?.isLive ? slot.group : undefined
  }

  at(position: number): Group | undefined {
    const slot = this.#slots[position]
    return slot?.isLive ? slot.group : undefined
  }

  all(): Group[] {
    return this.#slots.filter(({ isLive }) => isLive).map(({ group }) => group)
  }

  members(id: string): Member[] {
    const members = this.#byId.get(id.toLowerCase())?.members ?? new Map<string, Member['type']>()
    return [...members]
      .map(([memberId, type]) => ({ id: memberId, type }))
      .filter((member) => member.type === 'group' || this.#users.state(member.id) === 'live')
  }

  /** Includes the members of nested groups, each once; groups may contain each other. */
  transitiveMembers(id: string): Member[] {
    const found = new Map<string, Member>()
    const queue = [id.toLowerCase()]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const member of this.members(next)) {
        if (found.has(member.id)) continue
        found.set(member.id, member)
        if (member.type === 'group') queue.push(member.id)
      }
    }
    return [...found.values()]
  }

  groupsOf(memberId: string): Group[] {
    return [...(this.#groupsOf.get(memberId.toLowerCase()) ?? [])].flatMap((id) => this.find(id) ?? [])
  }

  transitiveGroupsOf(memberId: string): Group[] {
    const found = new Map<string, Group>()
    const queue = [memberId]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const group of this.groupsOf(next)) {
        if (found.has(group.id)) continue
        found.set(group.id, group)
        queue.push(group.id)
      }
    }
    return [...found.values()]
  }

  #live(id: string): Slot {
    const slot = this.#byId.get(id.toLowerCase())
    if (!slot?.isLive) throw new Error(`There is no group ${id}.`)
    return slot
  }
}
