import type { Connection } from '@jackfield/contract/internal/internal-api'
import { checkpointAfter } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { itemsOf } from '../../domain/directory-item.ts'
import { explainUnreadSet, setsOf } from '../../domain/import-rules.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { reconcilePage } from './reconcile-page.ts'
import {
  finder,
  IDS_PER_PAGE,
  nextBoundedPage,
  planOf,
  type ReadPage,
  type RunSource,
  type SourcePorts,
} from './run-source.ts'

/**
 * Members of the groups and holders of the licences that the rules name. The place is the set's key, a blank, and
 * Graph's link in it.
 */
export function readSets(lease: Lease, connection: Connection, { directory }: SourcePorts): RunSource {
  return async (checkpoint, signal) => {
    const { phase, at } = checkpoint
    const keys = lease.rules ? setsOf(lease.rules) : []
    const [asked, from] = at?.split(' ', 2) ?? []
    const isAsked = asked !== undefined && keys.includes(asked)
    const key = isAsked ? asked : keys[0]
    if (key === undefined)
      return { kind: 'read', next: checkpointAfter(phase, planOf(lease)), prepare: async () => ({}) }
    const page = await directory.listMembers(connection, key, isAsked && from ? from : null, signal)
    if (page.kind !== 'page') return suspendRules(lease, key, page)
    const following = keys[keys.indexOf(key) + 1] ?? null
    const link = page.next === null ? following : `${key} ${page.next}`
    const next = await nextBoundedPage({ lease, connection, directory, signal }, checkpoint, link)
    if ('kind' in next) return suspendRules(lease, key, next)
    return { kind: 'read', next, prepare: async () => ({ setMembers: { key, ids: page.ids } }) }
  }
}

/** A group that is gone, unreadable or endless must not keep leavers their phone: the run goes on without rules. */
function suspendRules(lease: Lease, key: string, failure: DirectoryFailure): ReadPage | DirectoryFailure {
  const { kind } = failure
  if (kind !== 'consent-missing' && kind !== 'rejected' && kind !== 'repeated-page' && kind !== 'endless-list')
    return failure
  const message = `The import rules were left out of this run. ${explainUnreadSet(key, kind)}`
  const next = checkpointAfter('sets', planOf({ ...lease, rules: null }))
  return { kind: 'read', next, prepare: async () => ({ warning: { code: 'import-rules-suspended', message } }) }
}

/**
 * People who joined or left a set since the account's last run; a round of changes does not show them. The place is the
 * last object id.
 */
export function readChangedMembers(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  return async ({ phase, at }, signal) => {
    const ids = await pages.changedMembers(lease, at, IDS_PER_PAGE)
    const find = finder(directory, connection, signal)
    const found = await find(ids)
    if (found.kind !== 'found') return found
    const last = ids.at(-1)
    const isFull = ids.length === IDS_PER_PAGE && last !== undefined
    const next = isFull ? { phase, at: last } : checkpointAfter(phase, planOf(lease))
    const prepare = async () => {
      const reconciled = await reconcilePage(lease, itemsOf(found.users), { pages, find, isWhole: true })
      return reconciled.kind === 'reconciled' ? reconciled.content : reconciled
    }
    return { kind: 'read', next, prepare }
  }
}
