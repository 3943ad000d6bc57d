import type { Connection } from '@jackfield/contract/internal-api'
import { type Checkpoint, checkpointAfter, formatCheckpoint } from '../../domain/checkpoint.ts'
import { itemOf } from '../../domain/directory-item.ts'
import { reconcile } from '../../domain/reconcile.ts'
import type { Ports } from '../../ports.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { findInDirectory } from './find-in-directory.ts'
import { planOf, type RunSource } from './run-plan.ts'

/**
 * Who is in the roster but was not in the listing. A listing may lack somebody who is only late in being replicated, so
 * each is asked for by id; unless very many are missing, which is not decided here anyway (S50).
 */
export function readMissing(
  lease: Lease,
  connection: Connection,
  { directory, pages }: Pick<Ports, 'directory' | 'pages'>,
  limit: number,
): RunSource {
  return async ({ phase, at }, signal) => {
    const { ids, total } = await pages.missingUsers(lease, at, limit)
    const isWhole = ids.length === total || total > MOST_ASKED
    const last = ids.at(-1)
    const next: Checkpoint = isWhole || !last ? checkpointAfter(phase, planOf(lease)) : { phase, at: last }
    const rest = { seen: 0, users: [], unsynced: [], skipped: [], nameless: 0, met: [], next: formatCheckpoint(next) }
    if (total > MOST_ASKED) {
      const prepare = async () => {
        await pages.stageMissing(lease)
        return { ...rest, staged: [] }
      }
      return { kind: 'read', next, prepare }
    }
    const found = await findInDirectory(directory, connection, ids, signal)
    if (found.kind !== 'found') return found
    const prepare = async () => {
      const here = new Map(
        found.users.flatMap((read) => (read.kind === 'user' ? [[read.user.id, itemOf(read.user)] as const] : [])),
      )
      const unread = new Set(
        found.users.flatMap((read) => (read.kind === 'unreadable' && read.id !== null ? [read.id] : [])),
      )
      const items = ids.flatMap((id) =>
        unread.has(id) ? [] : [here.get(id) ?? ({ kind: 'removed', id, reason: 'deleted' } as const)],
      )
      const { changes } = reconcile(items, await pages.knownUsers(lease, ids))
      return { ...rest, staged: changes, met: [...here.keys(), ...unread] }
    }
    return { kind: 'read', next, prepare }
  }
}

const MOST_ASKED = 600
