import type { Connection } from '@jackfield/contract/internal/internal-api'
import { type Checkpoint, checkpointAfter } from '../../domain/checkpoint.ts'
import { itemsById } from '../../domain/directory-item.ts'
import { reconcile } from '../../domain/reconcile.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { returnedOf } from './reconcile-page.ts'
import { finder, IDS_PER_PAGE, planOf, type RunSource, type SourcePorts } from './run-source.ts'

/** When more are missing, all are staged at once: the removal limit will ask an admin anyway (S50). */
const MOST_ASKED = 600

/**
 * People of the roster whom the listing did not show. Each is asked for by id, as a listing may lack somebody whose
 * replication is late. The place is the last object id.
 */
export function readMissing(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  return async ({ phase, at }, signal) => {
    const { ids, total } = await pages.missingUsers(lease, at, IDS_PER_PAGE)
    const isTooMany = total > MOST_ASKED
    const last = ids.at(-1)
    const isLast = isTooMany || ids.length === total || !last
    const next: Checkpoint = isLast ? checkpointAfter(phase, planOf(lease)) : { phase, at: last }
    if (isTooMany) {
      const prepare = async () => {
        await pages.stageMissing(lease)
        return {}
      }
      return { kind: 'read', next, prepare }
    }
    const found = await finder(directory, connection, signal)(ids)
    if (found.kind !== 'found') return found
    const prepare = async () => {
      const read = itemsById(found.users)
      const items = ids.map((id) => read.get(id) ?? ({ kind: 'removed', id, reason: 'deleted' } as const))
      const { changes } = reconcile(items, await pages.knownUsers(lease, ids))
      return { staged: changes, met: [...read.keys()], returned: returnedOf([...read.values()], changes) }
    }
    return { kind: 'read', next, prepare }
  }
}
