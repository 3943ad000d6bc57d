import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { people } from './name-list.ts'

const KINDS = { import: 'An import', delta: 'An update', full: 'A full comparison' } as const satisfies Record<
  SyncRun['kind'],
  string
>

/** The waiting run, named by kind and account alias. */
export function waitingRunTitle({ kind }: Pick<SyncRun, 'kind'>, alias: string | undefined): string {
  return `${KINDS[kind]} of ${alias ?? 'Microsoft 365'} waits for your approval`
}

type Asking = Pick<SyncRun, 'approval' | 'warnings'>

/** `disable 12 people and delete 3, and empty jobTitle of 40 people`: the effect of an approval. */
export function removalsOf(run: Asking): string {
  const { removals = 0, disabled = 0, deleted = 0 } = run.approval ?? {}
  const unsynced = removals - disabled - deleted
  const parts: string[] = []
  const add = (text: (count: string) => string, count: number) => {
    if (count > 0) parts.push(text(parts.length === 0 ? people(count) : count.toLocaleString('en')))
  }
  add((count) => `disable ${count}`, disabled)
  add((count) => `delete ${count}`, deleted)
  add((count) => `switch Sync User and SSO off for ${count}`, unsynced)
  const removes = parts.length < 2 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
  const emptied = emptiedOf(run).map(({ attribute, users = 0 }) => `${attribute} of ${people(users)}`)
  const empties = emptied.length > 0 ? `empty ${emptied.join(', ')}` : undefined
  if (removes && empties) return `${removes}, and ${empties}`
  return removes ?? empties ?? 'remove nobody'
}

/** What the run would empty for many people. */
export function emptiedOf({ warnings }: Pick<SyncRun, 'warnings'>) {
  return warnings.filter(({ attribute }) => attribute !== undefined)
}

/** Whether an approval ends anybody's access; a run may only empty attributes. */
export function removesPeople({ approval }: Pick<SyncRun, 'approval'>): boolean {
  return approval !== null && approval.removals > 0
}

/** Why the run asks: both limits are passed. */
export function limitsOf({ approval }: Pick<SyncRun, 'approval'>): string | undefined {
  if (!approval) return undefined
  const { thresholdPercent, thresholdUsers, windowHours } = approval
  const hours = windowHours === 1 ? 'an hour' : `${windowHours} hours`
  return `An approval is needed when ${people(thresholdUsers)} or more, and more than ${thresholdPercent} % of all, are removed within ${hours}, or lose an attribute.`
}
