import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'
import { type TickChanges, ticksOf } from './ticks.ts'

type Person = Pick<
  MicrosoftUser,
  'id' | 'displayName' | 'userPrincipalName' | 'userType' | 'accountEnabled' | 'sync' | 'sso'
>
/** The names affected by changed ticks, by effect. A person may be in several lists. */
export type ImportEffect = {
  synced: string[]
  ssoOn: string[]
  guests: string[]
  disabled: string[]
  unsynced: string[]
  ssoOff: string[]
}

/** More changes than this count as a bulk change, which one press on the table's head can make. */
const FEW = 10

export function effectOf(changes: TickChanges, people: ReadonlyMap<string, Person>): ImportEffect {
  const effect: ImportEffect = { synced: [], ssoOn: [], guests: [], disabled: [], unsynced: [], ssoOff: [] }
  for (const id of changes.keys()) {
    const person = people.get(id)
    if (!person) continue
    const name = person.displayName || person.userPrincipalName
    const ticks = ticksOf(changes, person)
    const gains = (ticks.sync && !person.sync) || (ticks.sso && !person.sso)
    if (ticks.sync && !person.sync) effect.synced.push(name)
    if (ticks.sso && !person.sso) effect.ssoOn.push(name)
    if (gains && person.userType === 'Guest') effect.guests.push(name)
    if (gains && !person.accountEnabled) effect.disabled.push(name)
    if (!ticks.sync && person.sync) effect.unsynced.push(name)
    if (!ticks.sso && person.sso) effect.ssoOff.push(name)
  }
  return effect
}

/** Whether the import needs a confirmation: it takes something away, or changes many people (S58). */
export function needsConfirmation({ unsynced, ssoOff }: ImportEffect, changes: TickChanges): boolean {
  return unsynced.length + ssoOff.length > 0 || changes.size > FEW
}
