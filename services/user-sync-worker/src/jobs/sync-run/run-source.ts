import { hash } from 'node:crypto'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import { type Checkpoint, checkpointAfter, type RunPlan } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import type { ReadUser } from '../../domain/directory-user.ts'
import { readsSets } from '../../domain/import-rules.ts'
import { isEndless, SPARE_PAGES, trailAfter } from '../../domain/page-trail.ts'
import type { Directory, Ports } from '../../ports.ts'
import type { Lease, RunPage } from '../../sync-run-ports.ts'

export type SourcePorts = Pick<Ports, 'directory' | 'pages'>
/** What a page changes; what is left out is empty. */
export type PageContent = Partial<Omit<RunPage, 'next'>>
/** A page as it was fetched. `prepare` compares it with the roster, and needs all pages before it to be committed. */
export type ReadPage = { kind: 'read'; next: Checkpoint; prepare(): Promise<PageContent | DirectoryFailure> }
/** Fetches the page at a checkpoint. */
export type RunSource = (checkpoint: Checkpoint, signal: AbortSignal) => Promise<ReadPage | DirectoryFailure>

export function planOf(lease: Lease): RunPlan {
  const { kind, everybody, deltaLink, accountLink, isApproved } = lease
  return { kind, isEverybody: everybody !== null, deltaLink, accountLink, isApproved, readsSets: readsSets(lease) }
}

const DIGEST_LENGTH = 16

/** Where a phase goes on by Graph's link, or the next phase; a failure when the link is one that came before. */
export function nextPage(lease: Lease, { phase, at, trail }: Checkpoint, link: string | null) {
  if (link === null) return checkpointAfter(phase, planOf(lease))
  const after = link === at ? undefined : trailAfter(trail, hash('sha256', link).slice(0, DIGEST_LENGTH))
  return after ? { phase, at: link, trail: after } : ({ kind: 'repeated-page' } as const)
}

/**
 * The same for a round of changes and for a set, whose sizes nobody told: the directory is counted every 500 pages, and
 * no list of its users is much longer (T-125).
 */
export async function nextBoundedPage(
  { lease, connection, directory, signal }: Followed,
  checkpoint: Checkpoint,
  link: string | null,
): Promise<ReturnType<typeof nextPage> | DirectoryFailure> {
  const next = nextPage(lease, checkpoint, link)
  const links = 'kind' in next ? 0 : (next.trail?.links ?? 0)
  if (links === 0 || links % SPARE_PAGES !== 0) return next
  const counted = (await directory.countUsers(connection, signal)) ?? null
  return isEndless({ seen: 0, links, counted }) ? { kind: 'endless-list', counted } : next
}
type Followed = { lease: Lease; connection: Connection; directory: Directory; signal: AbortSignal }

/** Graph takes at most 15 values in `id in (...)`. */
const IDS_PER_REQUEST = 15
/** Of a page of people who are asked for by id: four requests. */
export const IDS_PER_PAGE = 4 * IDS_PER_REQUEST

export type FindUsers = (ids: readonly string[]) => Promise<{ kind: 'found'; users: ReadUser[] } | DirectoryFailure>

/** Reads those of `ids` that exist now, by id, with at most four requests at once. */
export function finder(directory: Directory, connection: Connection, signal: AbortSignal): FindUsers {
  return async (ids) => {
    const users: ReadUser[] = []
    for (const page of chunksOf(ids, IDS_PER_PAGE)) {
      const requests = chunksOf(page, IDS_PER_REQUEST).map((chunk) => directory.findUsers(connection, chunk, signal))
      for (const answer of await Promise.all(requests)) {
        if (answer.kind !== 'page') return answer
        users.push(...answer.users)
      }
    }
    return { kind: 'found', users }
  }
}

function chunksOf(ids: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size))
}
