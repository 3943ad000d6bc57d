import type { Directory } from '../../directory/directory.ts'
import { GROUP_PROPERTIES, type GroupProperty, type Member } from '../../directory/group.ts'
import type { DeltaItem } from '../delta/delta-round.ts'

type Round = {
  directory: Directory
  tracked: ReadonlySet<string>
  isMinimal: boolean
  ids: ReadonlySet<string> | null
  /** Maximum groups per page, and maximum members per group and page. */
  size: number
  slice: number
}
type Place = { position: number; member: number }
type Page = { items: DeltaItem[]; next: Place | undefined }

/** The first round. A group with many members spans several pages, each with a slice of them. */
export function takeGroups(round: Round, start: Place): Page {
  const { directory, tracked, ids, size, slice } = round
  const items: DeltaItem[] = []
  for (let { position, member } = start; position < directory.groups.end; position++, member = 0) {
    const group = directory.groups.at(position)
    if (!group || (ids && !ids.has(group.id))) continue
    if (items.length === size) return { items, next: { position, member } }
    const members = tracked.has('members') ? directory.groups.members(group.id) : []
    const shown = members.slice(member, member + slice).map(addition)
    items.push({
      ...everSet(round, group.id, tracked),
      id: group.id,
      ...(shown.length > 0 && { 'members@delta': shown }),
    })
    if (member + slice < members.length) return { items, next: { position, member: member + slice } }
  }
  return { items, next: undefined }
}

/** A later round: changes merged by group within a page; a member who left has `@removed`. */
export function takeGroupChanges(round: Round, { position: start, until }: Place & { until: number }): Page {
  const { directory, tracked, ids, size, slice } = round
  const changed = new Map<string, { properties: Set<string>; members: Map<string, Record<string, unknown>> }>()
  for (let position = start; position < until; position++) {
    const change = directory.logs.groups.at(position)
    if (!change || (ids && !ids.has(change.groupId))) continue
    const properties =
      change.properties === 'whole' ? GROUP_PROPERTIES : change.properties === 'none' ? [] : change.properties
    const seen = properties.filter((property) => tracked.has(property))
    const member = tracked.has('members') ? change.member : undefined
    if (seen.length === 0 && !member) continue
    const known = changed.get(change.groupId)
    if ((!known && changed.size === size) || (known?.members.size ?? 0) >= slice)
      return { items: items(round, changed), next: { position, member: 0 } }
    const entry = known ?? { properties: new Set(), members: new Map() }
    for (const property of seen) entry.properties.add(property)
    // "deleted" means the membership, not the user
    if (member)
      entry.members.set(
        member.id,
        member.isRemoved ? { id: member.id, '@removed': { reason: 'deleted' } } : addition(member),
      )
    changed.set(change.groupId, entry)
  }
  return { items: items(round, changed), next: undefined }
}

type Changed = ReadonlyMap<
  string,
  { properties: ReadonlySet<string>; members: ReadonlyMap<string, Record<string, unknown>> }
>

function items(round: Round, changed: Changed): DeltaItem[] {
  return [...changed].map(([id, { properties, members }]) => {
    if (!round.directory.groups.find(id)) return { id, '@removed': { reason: 'deleted' } }
    const shown = round.isMinimal ? properties : round.tracked
    return { ...everSet(round, id, shown), id, ...(members.size > 0 && { 'members@delta': [...members.values()] }) }
  })
}

const addition = ({ id, type }: Member) => ({ '@odata.type': `#microsoft.graph.${type}`, id })

function everSet({ directory }: Round, id: string, properties: Iterable<string>): Record<string, unknown> {
  const group = directory.groups.find(id)
  const set = [...properties].filter((name) => group?.[name as GroupProperty] !== undefined)
  return Object.fromEntries(set.map((name) => [name, group?.[name as GroupProperty]]))
}
