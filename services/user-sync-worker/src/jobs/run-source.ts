import type { Connection } from '@jackfield/contract/internal-api'
import type { DirectoryFailure } from '../domain/directory-failure.ts'
import { pageOfChosen, pageOfEverybody } from '../domain/run-page.ts'
import type { Lease, Ports, RunPage } from '../ports.ts'

/** Reads a run's page from its checkpoint on. */
export type RunSource = (checkpoint: string | null, signal: AbortSignal) => Promise<({ kind: 'page' } & RunPage) | DirectoryFailure>

/** Graph takes at most 15 values in `id in (...)`. */
const IDS_PER_REQUEST = 15
const REQUESTS_PER_PAGE = 4

export function sourceOf(lease: Lease, connection: Connection, ports: Pick<Ports, 'directory' | 'runs'>): RunSource {
  return lease.everybody ? everybody(lease.everybody, connection, ports) : chosen(lease, connection, ports)
}

/** The checkpoint is the listing's own link to the next page. */
function everybody(ticks: NonNullable<Lease['everybody']>, connection: Connection, { directory }: Pick<Ports, 'directory'>): RunSource {
  return async (checkpoint, signal) => {
    const page = await directory.listUsers(connection, checkpoint, signal)
    if (page.kind !== 'page') return page
    return { kind: 'page', ...pageOfEverybody(page.users, ticks), next: page.next }
  }
}

/** The checkpoint is the last object id that was written. */
function chosen(lease: Lease, connection: Connection, { directory, runs }: Pick<Ports, 'directory' | 'runs'>): RunSource {
  const limit = IDS_PER_REQUEST * REQUESTS_PER_PAGE
  return async (checkpoint, signal) => {
    const selection = await runs.nextSelection(lease, checkpoint, limit)
    const wanted = selection.filter(({ ticks }) => ticks.sync).map(({ id }) => id)
    const answers = await Promise.all(inChunks(wanted).map((ids) => directory.findUsers(connection, ids, signal)))
    const failure = answers.find((answer) => answer.kind !== 'page')
    if (failure) return failure
    const read = answers.flatMap((answer) => (answer.kind === 'page' ? answer.users : []))
    const last = selection.at(-1)
    return { kind: 'page', ...pageOfChosen(selection, read), next: selection.length === limit && last ? last.id : null }
  }
}

function inChunks(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_REQUEST) }, (_, index) =>
    ids.slice(index * IDS_PER_REQUEST, (index + 1) * IDS_PER_REQUEST),
  )
}
