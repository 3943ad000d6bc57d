import type { Connection } from '@jackfield/contract/internal/internal-api'
import { checkpointAfter } from '../../domain/checkpoint.ts'
import { itemsOf } from '../../domain/directory-item.ts'
import { isWanted } from '../../domain/import-filter.ts'
import { changesOfImport, pageOfChosen, pageOfEverybody } from '../../domain/run-page.ts'
import type { Lease } from '../../sync-run-ports.ts'
import { readHeld } from './read-held.ts'
import { readMissing } from './read-missing.ts'
import { readChangedMembers, readSets } from './read-sets.ts'
import { reconcilePage } from './reconcile-page.ts'
import {
  finder,
  IDS_PER_PAGE,
  nextBoundedPage,
  nextPage,
  type PageContent,
  planOf,
  type RunSource,
  type SourcePorts,
} from './run-source.ts'

/** The pages of a run, by the phase of its checkpoint. */
export function pagesOf(lease: Lease, connection: Connection, ports: SourcePorts): RunSource {
  const readers = {
    sets: readSets(lease, connection, ports),
    members: readChangedMembers(lease, connection, ports),
    start: readPlace(lease, connection, ports),
    list: readListing(lease, connection, ports),
    chosen: readChosen(lease, connection, ports),
    held: readHeld(lease, connection, ports),
    missing: readMissing(lease, connection, ports),
    delta: readChanges(lease, connection, ports),
  }
  return (checkpoint, signal) => {
    if (checkpoint.phase === 'decide' || checkpoint.phase === 'apply')
      throw new TypeError(`Nothing is read in the phase ${checkpoint.phase}.`)
    return readers[checkpoint.phase](checkpoint, signal)
  }
}

/** The present place in the directory's changes; a directory that tells none is listed without. */
function readPlace(lease: Lease, connection: Connection, { directory }: SourcePorts): RunSource {
  return async ({ phase }, signal) => {
    const place = await directory.latestChange(connection, signal)
    if (place.kind !== 'place') return place
    const { deltaLink } = place
    const next = checkpointAfter(phase, { ...planOf(lease), deltaLink })
    return { kind: 'read', next, prepare: async () => (deltaLink === null ? {} : { deltaLink }) }
  }
}

/** Everybody, in the order of Graph's links: upserted by an import, reconciled by a full comparison. */
function readListing(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  return async (checkpoint, signal) => {
    const page = await directory.listUsers(connection, checkpoint.at, signal)
    if (page.kind !== 'page') return page
    const next = nextPage(lease, checkpoint, page.next)
    if ('kind' in next) return next
    const { everybody, filter } = lease
    const prepare = async () => {
      if (!everybody) {
        const find = finder(directory, connection, signal)
        const reconciled = await reconcilePage(lease, itemsOf(page.users), { pages, find, isWhole: true })
        return reconciled.kind === 'reconciled' ? reconciled.content : reconciled
      }
      const wanted = page.users.filter((read) => read.kind !== 'user' || isWanted(read.user, filter))
      return imported(lease, pageOfEverybody(wanted, everybody), pages)
    }
    return { kind: 'read', next, prepare }
  }
}

/** The users that an import chose. The place is the last object id that was written. */
function readChosen(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  return async ({ phase, at }, signal) => {
    const selection = await pages.nextSelection(lease, at, IDS_PER_PAGE)
    const wanted = selection.filter(({ ticks }) => ticks.sync).map(({ id }) => id)
    const found = await finder(directory, connection, signal)(wanted)
    if (found.kind !== 'found') return found
    const last = selection.at(-1)
    const isFull = selection.length === IDS_PER_PAGE
    const next = isFull && last ? { phase, at: last.id } : checkpointAfter(phase, planOf(lease))
    return { kind: 'read', next, prepare: () => imported(lease, pageOfChosen(selection, found.users), pages) }
  }
}

/**
 * What changed since the run's place. An import that lists takes in newcomers; otherwise people who are not in the
 * roster stay out of it.
 */
function readChanges(lease: Lease, connection: Connection, { directory, pages }: SourcePorts): RunSource {
  return async (checkpoint, signal) => {
    const page = await directory.listChanges(connection, checkpoint.at ?? '', signal)
    if (page.kind !== 'page') return page
    const next = await nextBoundedPage({ lease, connection, directory, signal }, checkpoint, page.next)
    if ('kind' in next) return next
    const prepare = async () => {
      const find = finder(directory, connection, signal)
      const reconciled = await reconcilePage(lease, page.items, { pages, find, isWhole: false })
      if (reconciled.kind !== 'reconciled') return reconciled
      const { content, strangers } = reconciled
      const { everybody: ticks, filter } = lease
      const newcomers = ticks?.sync ? strangers.filter((user) => isWanted(user, filter)) : []
      const users = newcomers.flatMap((user) => (ticks ? [{ user, ticks }] : []))
      const seen = lease.kind === 'delta' ? content.seen : users.length
      return { ...content, users, seen, ...(page.deltaLink !== null && { deltaLink: page.deltaLink }) }
    }
    return { kind: 'read', next, prepare }
  }
}

async function imported(
  lease: Lease,
  content: ReturnType<typeof pageOfEverybody>,
  pages: SourcePorts['pages'],
): Promise<PageContent> {
  const ids = content.users.map(({ user }) => user.id)
  return { ...content, ...changesOfImport(content.users, await pages.knownUsers(lease, ids, true)) }
}
