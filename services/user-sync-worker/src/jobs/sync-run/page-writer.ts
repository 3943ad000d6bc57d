import type { Ports } from '../../ports.ts'
import type { Lease, RunPage } from '../../sync-run-ports.ts'

/** So often is the place of a listing kept whose pages change nothing: what a crash costs is reading them again. */
const QUIET_MS = 1_000

/**
 * Commits a run's pages one after the other, each while the caller prepares the next. Every answer is false once the
 * lease was lost.
 */
export type PageWriter = {
  /** Returns when all pages before this one are committed. */
  write(page: RunPage): Promise<boolean>
  /** All that was committed so far is. */
  settled(): Promise<boolean>
  /** Commits what was held back too. */
  end(): Promise<boolean>
}

export function pageWriter({ pages }: Pick<Ports, 'pages'>, lease: Lease, now: () => number): PageWriter {
  let committing = Promise.resolve(true)
  let quiet: RunPage | undefined
  let committedAt = now()

  async function commit(page: RunPage, after: Promise<boolean>): Promise<boolean> {
    if (!(await pages.commitPage(lease, page, after))) return false
    lease.fruitless = 0
    lease.deltaLink = page.deltaLink ?? lease.deltaLink
    lease.checkpoint = page.next
    if (page.warning) lease.rules = null
    return true
  }
  async function begin(page: RunPage): Promise<boolean> {
    const before = committing
    committing = commit(page, before)
    committing.catch(() => undefined) // its failure is met when it is awaited
    const isCommitted = await before
    committedAt = now()
    return isCommitted
  }

  return {
    async write(page) {
      const proven = [...(quiet?.proven ?? []), ...(page.proven ?? [])]
      const whole = { ...page, seen: page.seen + (quiet?.seen ?? 0), proven }
      quiet = lease.kind !== 'delta' && changesNothing(page) && now() - committedAt < QUIET_MS ? whole : undefined
      return quiet ? committing : begin(whole)
    },
    settled: () => committing,
    async end() {
      const held = quiet
      quiet = undefined
      if (held && !(await begin(held))) return false
      return committing
    },
  }
}

function changesNothing({
  users,
  unsynced,
  skipped,
  nameless,
  staged,
  met,
  deltaLink,
  setMembers,
  warning,
}: RunPage): boolean {
  const lists = users.length + unsynced.length + skipped.length + nameless + staged.length + met.length
  return lists === 0 && deltaLink === undefined && !setMembers && !warning
}
