import type { Connection } from '@jackfield/contract/internal/internal-api'
import { checkpointAfter } from '../../domain/checkpoint.ts'
import { type DirectoryItem, itemsById } from '../../domain/directory-item.ts'
import { reconcile } from '../../domain/reconcile.ts'
import { changesOfImport } from '../../domain/run-page.ts'
import type { HeldUser, Lease } from '../../sync-run-ports.ts'
import { reconcilePage } from './reconcile-page.ts'
import { finder, IDS_PER_PAGE, planOf, type RunSource, type SourcePorts } from './run-source.ts'

/**
 * People whose removal was approved, read by id: who is enabled again by then stays (FC-29). The place is the last object
 * id.
 */
export function readHeld(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  return async ({ phase, at }, signal) => {
    const held = await pages.heldUsers(lease, at, IDS_PER_PAGE)
    const ids = held.map(({ id }) => id)
    const find = finder(directory, connection, signal)
    const found = await find(ids)
    if (found.kind !== 'found') return found
    const last = ids.at(-1)
    const isFull = ids.length === IDS_PER_PAGE && last !== undefined
    const next = isFull ? { phase, at: last } : checkpointAfter(phase, planOf(lease))
    const read = itemsById(found.users)
    const prepare = async () => {
      if (lease.kind === 'import') {
        const known = await pages.knownUsers(lease, ids, true)
        return { ...importedAgain(held, read, known), replanned: ids }
      }
      const items = held.map((each) => read.get(each.id) ?? removalOf(each))
      const reconciled = await reconcilePage(lease, items, { pages, find, isWhole: true })
      if (reconciled.kind !== 'reconciled') return reconciled
      return { staged: reconciled.content.staged, skipped: reconciled.content.skipped, replanned: ids }
    }
    return { kind: 'read', next, prepare }
  }
}

type Read = ReadonlyMap<string, DirectoryItem>

/** The ticks of an import are given as well. */
function importedAgain(
  held: readonly HeldUser[],
  read: Read,
  known: Awaited<ReturnType<SourcePorts['pages']['knownUsers']>>,
) {
  const ticks = new Map(held.flatMap((each) => (each.ticks ? [[each.id, each.ticks] as const] : [])))
  const ticked = [...read.values()].flatMap((item) => {
    const given = item.id === null ? undefined : ticks.get(item.id)
    return item.kind === 'present' && item.whole && given ? [{ user: item.whole, ticks: given }] : []
  })
  const gone = held.filter(({ id }) => !read.has(id)).map(removalOf)
  const { users, staged } = changesOfImport(ticked, known)
  const removals = reconcile(gone, known).changes.map((change) => {
    const given = ticks.get(change.user.id)
    return given ? { ...change, ticks: given } : change
  })
  return { users, staged: [...staged, ...removals] }
}

/** Who is not found is removed as the plan said. */
function removalOf({ id, status }: HeldUser): DirectoryItem {
  return { kind: 'removed', id, reason: status === 'deleted' ? 'deleted' : 'changed' }
}
