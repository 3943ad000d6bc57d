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

/** `disable 12 people and delete 3, and empty jobTitle of 40 people`: the effect of an approval. */
export function removalsOf({ counts: { disabled, deleted }, warnings }: Pick<SyncRun, 'counts' | 'warnings'>): string {
  const emptied = warnings.flatMap(({ attribute, users = 0 }) =>
    attribute ? [`${attribute} of ${people(users)}`] : [],
  )
  const empties = emptied.length > 0 ? `empty ${emptied.join(', ')}` : ''
  if (disabled === 0 && deleted === 0) return empties || 'switch Sync User and SSO off for many people'
  const removes =
    deleted === 0
      ? `disable ${people(disabled)}`
      : disabled === 0
        ? `delete ${people(deleted)}`
        : `disable ${people(disabled)} and delete ${deleted.toLocaleString('en')}`
  return empties ? `${removes}, and ${empties}` : removes
}

/** Whether an approval ends anybody's access; a run may only empty attributes. */
export function removesPeople({
  counts: { disabled, deleted },
  warnings,
}: Pick<SyncRun, 'counts' | 'warnings'>): boolean {
  return disabled + deleted > 0 || warnings.every(({ attribute }) => attribute === undefined)
}
