import type { Connection } from '@jackfield/contract/internal-api'
import { checkpointAfter, formatCheckpoint } from '../../domain/checkpoint.ts'
import { isWanted } from '../../domain/import-filter.ts'
import { pageOfChosen } from '../../domain/run-page.ts'
import type { Ports } from '../../ports.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { applyImportRules } from './apply-import-rules.ts'
import { changedBy, compared, pageOf } from './compare-page.ts'
import { findInDirectory, IDS_PER_REQUEST } from './find-in-directory.ts'
import { nextPage } from './next-page.ts'
import { readListing } from './read-listing.ts'
import { readMissing } from './read-missing.ts'
import { readChangedMembers, readSets } from './read-sets.ts'
import { EMPTY, planOf, type RunSource } from './run-plan.ts'

type Needs = Pick<Ports, 'directory' | 'pages'>

const REQUESTS_PER_PAGE = 4

export function sourceOf(lease: Lease, connection: Connection, ports: Needs): RunSource {
  const readers = {
    sets: readSets(lease, connection, ports),
    members: readChangedMembers(lease, connection, ports, REQUESTS_PER_PAGE * IDS_PER_REQUEST),
    start: readPlace(lease, connection, ports),
    list: readListing(lease, connection, ports),
    chosen: readChosen(lease, connection, ports),
    missing: readMissing(lease, connection, ports, REQUESTS_PER_PAGE * IDS_PER_REQUEST),
    delta: readChanges(lease, connection, ports),
  }
  return (checkpoint, signal) => {
    if (checkpoint.phase === 'decide' || checkpoint.phase === 'apply')
      throw new TypeError(`Nothing is read in the phase ${checkpoint.phase}.`)
    return readers[checkpoint.phase](checkpoint, signal)
  }
}

function readPlace(lease: Lease, connection: Connection, { directory }: Needs): RunSource {
  return async ({ phase }, signal) => {
    const place = await directory.latestChange(connection, signal)
    if (place.kind !== 'place') return place
    const { deltaLink } = place
    const next = checkpointAfter(phase, { ...planOf(lease), deltaLink })
    return { kind: 'read', next, prepare: async () => ({ ...EMPTY, next: formatCheckpoint(next), deltaLink }) }
  }
}

/** The place is the last object id that was written. */
function readChosen(lease: Lease, connection: Connection, { directory, pages }: Needs): RunSource {
  const limit = IDS_PER_REQUEST * REQUESTS_PER_PAGE
  const changes = changedBy(lease, pages)
  return async ({ phase, at }, signal) => {
    const selection = await pages.nextSelection(lease, at, limit)
    const wanted = selection.filter(({ ticks }) => ticks.sync).map(({ id }) => id)
    const found = await findInDirectory(directory, connection, wanted, signal)
    if (found.kind !== 'found') return found
    const last = selection.at(-1)
    const next = selection.length === limit && last ? { phase, at: last.id } : checkpointAfter(phase, planOf(lease))
    const prepare = async () => ({
      ...EMPTY,
      ...(await changes(pageOfChosen(selection, found.users))),
      next: formatCheckpoint(next),
    })
    return { kind: 'read', next, prepare }
  }
}

/**
 * What changed since. An import that lists takes in who came meanwhile; otherwise people who are not in the roster stay
 * out of it.
 */
function readChanges(lease: Lease, connection: Connection, { directory, pages }: Needs): RunSource {
  return async (checkpoint, signal) => {
    const page = await directory.listChanges(connection, checkpoint.at ?? '', signal)
    if (page.kind !== 'page') return page
    const next = page.next === null ? checkpointAfter(checkpoint.phase, planOf(lease)) : nextPage(checkpoint, page.next)
    if ('kind' in next) return next
    const prepare = async () => {
      const find = (ids: readonly string[]) => findInDirectory(directory, connection, ids, signal)
      const compare = await compared(lease, page.items, pages, find)
      const content = 'kind' in compare ? compare : await applyImportRules(lease, compare, pages, find)
      if ('kind' in content) return content
      const { strangers } = content
      const changes = pageOf(content)
      const newcomers = lease.everybody?.sync ? strangers.filter((user) => isWanted(user, lease.filter)) : []
      const users = newcomers.map((user) => ({ user, ticks: lease.everybody as NonNullable<Lease['everybody']> }))
      const seen = lease.kind === 'delta' ? changes.seen : users.length
      const told = page.deltaLink === null ? {} : { deltaLink: page.deltaLink }
      return { ...EMPTY, ...changes, users, seen, next: formatCheckpoint(next), ...told }
    }
    return { kind: 'read', next, prepare }
  }
}
