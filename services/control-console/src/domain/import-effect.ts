import type { MicrosoftUser } from '@jackfield/contract/microsoft-user'
import { type TickChanges, ticksOf } from './ticks.ts'

type Person = Pick<
  MicrosoftUser,
  'id' | 'displayName' | 'userPrincipalName' | 'userType' | 'accountEnabled' | 'sync' | 'sso'
>
/** Names of whom ticks change, by what it means to them. Somebody may be in several lists. */
export type ImportEffect = {
  synced: string[]
  ssoOn: string[]
  guests: string[]
  disabled: string[]
  unsynced: string[]
  ssoOff: string[]
}

/** More than these at once are a bulk, which one press on the head of the table makes. */
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

/** Whether it takes something away, or changes many at once: then it is asked first (S58). */
export function asksFirst({ unsynced, ssoOff }: ImportEffect, changes: TickChanges): boolean {
  return unsynced.length + ssoOff.length > 0 || changes.size > FEW
}
