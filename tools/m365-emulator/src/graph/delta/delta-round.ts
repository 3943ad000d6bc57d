import { touches } from '../../directory/change-log.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Visible } from '../bearer.ts'
import { projectEverSet } from '../query/select.ts'

export type DeltaItem = { id: string; [property: string]: unknown }
type DeltaPage = { items: DeltaItem[]; next: number | undefined }

type Round = {
  directory: Directory
  tracked: ReadonlySet<string>
  visible: Visible
  isMinimal: boolean
  /** Whether the first round includes the recycle bin. */
  includesRemoved: boolean
  /** Whether restored users appear in a later round. */
  includesRestored: boolean
  ids: ReadonlySet<string> | null
  size: number
}

/** The first round: all current users. Changes made meanwhile appear in the next round. */
export function takeSnapshot(
  { directory, tracked, visible, includesRemoved, ids, size }: Round,
  start: number,
): DeltaPage {
  const items: DeltaItem[] = []
  for (let position = start; position < directory.users.end; position++) {
    const user = directory.users.at(position)
    const removed = !user && includesRemoved ? directory.users.deletedAt(position) : undefined
    const id = user?.id ?? removed?.id
    if (id === undefined || (ids && !ids.has(id))) continue
    if (items.length === size) return { items, next: position }
    items.push(user ? { ...projectEverSet(user, tracked, visible), id } : { id, '@removed': { reason: 'changed' } })
  }
  return { items, next: undefined }
}

/** A later round: the changes since, merged by user within a page. A user may appear again on another page. */
export function takeChanges(round: Round, start: number, until: number): DeltaPage {
  const { directory, tracked, includesRestored, ids, size } = round
  const changed = new Map<string, Set<string>>()
  for (let position = start; position < until; position++) {
    const change = directory.changes.at(position)
    if (!change || (ids && !ids.has(change.userId)) || !touches(change, tracked)) continue
    if (change.isRestored && !includesRestored) continue
    const known = changed.get(change.userId)
    if (!known && changed.size === size) return { items: items(round, changed), next: position }
    const properties = change.properties === 'whole' ? tracked : change.properties
    changed.set(change.userId, new Set([...(known ?? []), ...properties]))
  }
  return { items: items(round, changed), next: undefined }
}

function items(
  { directory, tracked, visible, isMinimal }: Round,
  changed: ReadonlyMap<string, ReadonlySet<string>>,
): DeltaItem[] {
  return [...changed].map(([id, properties]) => {
    const state = directory.users.state(id)
    if (state !== 'live') return { id, '@removed': { reason: state === 'soft-deleted' ? 'changed' : 'deleted' } }
    const user = directory.users.find(id)
    if (!user) throw new Error(`A live user is always found: ${id}`)
    const shown = isMinimal ? [...properties].filter((property) => tracked.has(property)) : tracked
    return { ...projectEverSet(user, shown, visible), id }
  })
}
