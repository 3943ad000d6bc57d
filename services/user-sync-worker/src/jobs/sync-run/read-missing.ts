import type { Connection } from '@jackfield/contract/internal/internal-api'
import { type Checkpoint, checkpointAfter } from '../../domain/checkpoint.ts'
import { itemsById } from '../../domain/directory-item.ts'
import { reconcile } from '../../domain/reconcile.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { returnedOf } from './reconcile-page.ts'
import { finder, IDS_PER_PAGE, planOf, type RunSource, type SourcePorts } from './run-source.ts'

/**
 * People of the roster whom the listing did not show. Each is asked for by id, as a listing may lack somebody whose
 * replication is late, except active people where the removal limit asks an admin anyway: an approval reads them (S50).
 * The place is the last object id.
 */
export function readMissing(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  let isAsking: Promise<boolean> | undefined
  return async ({ phase, at }, signal) => {
    if (at === null) await pages.stageMissing(lease)
    isAsking ??= pages.asksAboutStaged(lease)
    const ids = await pages.unreadUsers(lease, { after: at, limit: IDS_PER_PAGE, alsoActive: !(await isAsking) })
    const found = await finder(directory, connection, signal)(ids)
    if (found.kind !== 'found') return found
    const last = ids.at(-1)
    const isFull = ids.length === IDS_PER_PAGE && last !== undefined
    const next: Checkpoint = isFull ? { phase, at: last } : checkpointAfter(phase, planOf(lease))
    const prepare = async () => {
      const read = itemsById(found.users)
      const items = ids.map((id) => read.get(id) ?? ({ kind: 'removed', id, reason: 'deleted' } as const))
      const { changes } = reconcile(items, await pages.knownUsers(lease, ids))
      return { staged: changes, met: ids, returned: returnedOf([...read.values()], changes) }
    }
    return { kind: 'read', next, prepare }
  }
}
