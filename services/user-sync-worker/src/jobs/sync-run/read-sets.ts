import type { Connection } from '@jackfield/contract/internal-api'
import { type Checkpoint, checkpointAfter, formatCheckpoint } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { explainUnreadSet, setsOf } from '../../domain/import-rules.ts'
import type { Ports } from '../../ports.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { applyImportRules } from './apply-import-rules.ts'
import { compared } from './compare-page.ts'
import { findInDirectory } from './find-in-directory.ts'
import { nextPage } from './next-page.ts'
import { planOf, type ReadPage, type RunSource } from './run-plan.ts'

type Needs = Pick<Ports, 'directory' | 'pages'>
const EMPTY = { seen: 0, users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [] }

/**
 * Members of the groups and holders of the licences that the rules name. The place is the set's key, a blank, and
 * Graph's link in it.
 */
export function readSets(lease: Lease, connection: Connection, { directory }: Needs): RunSource {
  return async (checkpoint, signal) => {
    const { phase, at } = checkpoint
    const keys = lease.rules ? setsOf(lease.rules) : []
    const [asked, link] = at?.split(' ', 2) ?? []
    const isAsked = asked !== undefined && keys.includes(asked)
    const key = isAsked ? asked : keys[0]
    if (key === undefined) return readPage(checkpointAfter(phase, planOf(lease)))
    const page = await directory.listMembers(connection, key, isAsked && link ? link : null, signal)
    if (page.kind !== 'page') return suspendRules(lease, key, page)
    const following = keys[keys.indexOf(key) + 1]
    const place = page.next === null ? following : `${key} ${page.next}`
    const next = place === undefined ? checkpointAfter(phase, planOf(lease)) : nextPage(checkpoint, place)
    if ('kind' in next) return suspendRules(lease, key, next)
    return readPage(next, { setMembers: { key, ids: page.ids } })
  }
}

/**
 * A group that is gone, may not be read or never ends must not keep leavers their phone: the run goes on without rules,
 * and says so.
 */
function suspendRules(lease: Lease, key: string, failure: DirectoryFailure): ReadPage | DirectoryFailure {
  const { kind } = failure
  if (kind !== 'consent-missing' && kind !== 'rejected' && kind !== 'repeated-page') return failure
  const message = `The import rules were left out of this run. ${explainUnreadSet(key, kind)}`
  const warning = { code: 'import-rules-suspended', message }
  return readPage(checkpointAfter('sets', planOf({ ...lease, rules: null })), { warning })
}

function readPage(next: Checkpoint, content: object = {}): ReadPage {
  return { kind: 'read', next, prepare: async () => ({ ...EMPTY, ...content, next: formatCheckpoint(next) }) }
}

/**
 * Who joined or left a set since the account's last run, of whom a round of changes tells nothing. The place is the
 * last object id.
 */
export function readChangedMembers(
  lease: Lease,
  connection: Connection,
  { directory, pages }: Needs,
  limit: number,
): RunSource {
  return async ({ phase, at }, signal) => {
    const ids = await pages.changedMembers(lease, at, limit)
    const found = await findInDirectory(directory, connection, ids, signal)
    if (found.kind !== 'found') return found
    const last = ids.at(-1)
    const next =
      ids.length === limit && last !== undefined ? { phase, at: last } : checkpointAfter(phase, planOf(lease))
    const prepare = async () => {
      const content = await applyImportRules(lease, await compared(lease, found.users, pages), pages)
      if ('kind' in content) return content
      const { seen, staged, skipped, nameless } = content
      return { ...EMPTY, seen, staged, skipped, nameless, next: formatCheckpoint(next) }
    }
    return { kind: 'read', next, prepare }
  }
}
