import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PersonAttributes } from '@jackfield/contract/roster/person-attributes'
import { ATTRIBUTES } from './person-attributes.ts'
import { blowsFuse } from './sync-settings.ts'

/** Attributes that may be empty; an empty name is unknown, and an empty type is a Member. */
export const EMPTIABLE = ATTRIBUTES.filter(({ form, isNullable }) => isNullable || form === 'texts')

/** People who had an attribute, and of those, who lose it by a run. */
export type Emptied = { name: string; had: number; lost: number }

export function emptiesAny(before: PersonAttributes, after: PersonAttributes): boolean {
  return EMPTIABLE.some(({ name }) => !isEmpty(before[name]) && isEmpty(after[name]))
}

/**
 * The attributes that a run empties for as many people as need an approval when they are removed (FC-32). Graph answers
 * with empty properties where a permission was withdrawn.
 */
export function suddenlyEmpty(emptied: readonly Emptied[], fuse: Parameters<typeof blowsFuse>[1]): Emptied[] {
  return emptied.filter(({ had, lost }) => blowsFuse({ removals: lost, active: had }, fuse))
}

export function emptiedWarning({ name, had, lost }: Emptied): SyncRun['warnings'][number] {
  const people = `${lost.toLocaleString('en')} of the ${had.toLocaleString('en')} people`
  const message = `Microsoft Graph no longer has ${name} of ${people} who had one. It leaves properties empty when the application loses User.Read.All.`
  return { code: 'attribute-emptied', message, attribute: name, users: lost }
}

function isEmpty(value: string | null | readonly string[]): boolean {
  return value === null || value.length === 0
}
