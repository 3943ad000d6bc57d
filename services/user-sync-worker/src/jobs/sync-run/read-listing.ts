import type { Connection } from '@jackfield/contract/internal-api'
import { checkpointAfter, formatCheckpoint } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { isWanted } from '../../domain/import-filter.ts'
import { usesPageProofs } from '../../domain/page-proof.ts'
import { pageOfEverybody } from '../../domain/run-page.ts'
import type { DirectoryPage, ListedPage, Ports } from '../../ports.ts'
import type { Lease, ListedPeople, RunPage } from '../../sync-run-ports.ts'
import { applyImportRules } from './apply-import-rules.ts'
import { changedBy, compared, comparedByDigest, pageOf } from './compare-page.ts'
import { nextPage } from './next-page.ts'
import { EMPTY, planOf, type ReadPage, type RunSource } from './run-plan.ts'

type Needs = Pick<Ports, 'directory' | 'pages'>
type ReadListing = DirectoryPage & { digest: string | null }
type Content = Omit<RunPage, 'next'> | DirectoryFailure

/**
 * Everybody, in the order of Graph's own links: written at once by an import, compared and staged by a full comparison.
 * A page that says what it said when all of its people were found the same is not even parsed, as long as their rows
 * are what they were.
 */
export function readListing(lease: Lease, connection: Connection, { directory, pages }: Needs): RunSource {
  const whatChanges = changesOfListing(lease, pages)
  let loading: Promise<ReadonlySet<string>> | undefined

  async function provenDigest({ told }: ListedPage): Promise<ListedPage['told']> {
    if (!told || !usesPageProofs(lease)) return null
    loading ??= pages.provenPages(lease)
    return (await loading).has(told.digest) ? told : null
  }

  async function contentOf(listed: ListedPage, digest: string): Promise<Content> {
    const people = await pages.provePage(lease, digest)
    if (people !== undefined) {
      listed.release()
      return { ...EMPTY, seen: people, proven: [digest] }
    }
    const page = listed.read()
    return page.kind === 'page' ? whatChanges(page) : page
  }

  return async (checkpoint, signal) => {
    const listed = await directory.listUsers(connection, checkpoint.at, signal)
    if (listed.kind !== 'page') return listed
    const after = (link: string | null) =>
      link === null ? checkpointAfter(checkpoint.phase, planOf(lease)) : nextPage(checkpoint, link)
    const proven = await provenDigest(listed)
    if (proven) {
      const next = after(proven.next)
      if (!('kind' in next)) return standingAlone(next, contentOf(listed, proven.digest))
      listed.release()
      return next
    }
    const page = listed.read()
    if (page.kind !== 'page') return page
    const next = after(page.next)
    if ('kind' in next) return next
    if (lease.everybody || !lease.rules) return standingAlone(next, whatChanges(page))
    const prepare = async () => {
      const content = await applyImportRules(lease, await compared(lease, page.users, pages), pages)
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

function changesOfListing(lease: Lease, pages: Needs['pages']): (page: ReadListing) => Promise<Omit<RunPage, 'next'>> {
  const changes = changedBy(lease, pages)
  return async ({ users, digest }) => {
    const listed: ListedPeople | undefined =
      digest !== null && usesPageProofs(lease) ? { digest, entries: users.length } : undefined
    if (!lease.everybody) return { ...EMPTY, ...pageOf(await comparedByDigest(lease, users, pages, listed)) }
    const wanted = users.filter((read) => read.kind !== 'user' || isWanted(read.user, lease.filter))
    return { ...EMPTY, ...(await changes(pageOfEverybody(wanted, lease.everybody), listed)) }
  }
}
