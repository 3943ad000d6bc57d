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

/** `disable 12 people and delete 3`: the effect of an approval. */
export function removalsOf({ counts: { disabled, deleted } }: Pick<SyncRun, 'counts'>): string {
  if (disabled === 0 && deleted === 0) return 'switch Sync User and SSO off for many people'
  if (deleted === 0) return `disable ${people(disabled)}`
  return disabled === 0
    ? `delete ${people(deleted)}`
    : `disable ${people(disabled)} and delete ${deleted.toLocaleString('en')}`
}
