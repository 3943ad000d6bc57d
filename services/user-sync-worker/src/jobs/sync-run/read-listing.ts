import type { Connection } from '@jackfield/contract/internal-api'
import type { DirectoryPage } from '../../directory-ports.ts'
import { checkpointAfter, formatCheckpoint } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { isWanted } from '../../domain/import-filter.ts'
import { pageOfEverybody } from '../../domain/run-page.ts'
import type { Ports } from '../../ports.ts'
import type { Lease, RunPage } from '../../sync-run-ports.ts'
import { applyImportRules } from './apply-import-rules.ts'
import { changedBy, compared, comparedByDigest, pageOf } from './compare-page.ts'
import { nextPage } from './next-page.ts'
import { EMPTY, planOf, type ReadPage, type RunSource } from './run-plan.ts'

type Needs = Pick<Ports, 'directory' | 'runs'>
type Content = Omit<RunPage, 'next'> | DirectoryFailure

/** Everybody, in the order of Graph's own links: written at once by an import, compared and staged by a full comparison. */
export function readListing(lease: Lease, connection: Connection, { directory, runs }: Needs): RunSource {
  const whatChanges = changesOfListing(lease, runs)
  return async (checkpoint, signal) => {
    const page = await directory.listUsers(connection, checkpoint.at, signal)
    if (page.kind !== 'page') return page
    const next = page.next === null ? checkpointAfter(checkpoint.phase, planOf(lease)) : nextPage(checkpoint, page.next)
    if ('kind' in next) return next
    if (lease.everybody || !lease.rules) return standingAlone(next, whatChanges(page))
    const prepare = async () => {
      const content = await applyImportRules(lease, await compared(lease, page.users, runs), runs)
      return 'kind' in content ? content : { ...EMPTY, ...pageOf(content), next: formatCheckpoint(next) }
    }
    return { kind: 'read', next, prepare }
  }
}

/**
 * Compared while the pages before are written: somebody who is on two was changed meanwhile, and the changes read after
 * the list say so.
 */
function standingAlone(next: ReadPage['next'], comparing: Promise<Content>): ReadPage {
  comparing.catch(() => undefined) // its failure is met when it is awaited, if at all
  const prepare = async () => {
    const content = await comparing
    return 'kind' in content ? content : { ...content, next: formatCheckpoint(next) }
  }
  return { kind: 'read', next, standsAlone: true, prepare }
}

function changesOfListing(lease: Lease, runs: Needs['runs']): (page: DirectoryPage) => Promise<Omit<RunPage, 'next'>> {
  const changes = changedBy(lease, runs)
  return async ({ users }) => {
    if (!lease.everybody) return { ...EMPTY, ...pageOf(await comparedByDigest(lease, users, runs)) }
    const wanted = users.filter((read) => read.kind !== 'user' || isWanted(read.user, lease.filter))
    return { ...EMPTY, ...(await changes(pageOfEverybody(wanted, lease.everybody))) }
  }
}
