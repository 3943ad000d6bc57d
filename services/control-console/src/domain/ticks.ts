import type { UserTicks } from '@jackfield/contract/microsoft/import-request'

/** The two ticks of a person: imported into the roster, and allowed to sign in with Microsoft. */
export type Ticks = { sync: boolean; sso: boolean }
export type Ticked = Ticks & { id: string }
/** The ticks that differ from the roster, by Microsoft's user id. */
export type TickChanges = ReadonlyMap<string, Ticks>

/** Dropping Sync drops SSO: only people of the roster can sign in. */
export function withSync(ticks: Ticks, on: boolean): Ticks {
  return on ? { sync: true, sso: ticks.sso } : { sync: false, sso: false }
}

/** Setting SSO sets Sync. */
export function withSso(ticks: Ticks, on: boolean): Ticks {
  return on ? { sync: true, sso: true } : { sync: ticks.sync, sso: false }
}

export function ticksOf(changes: TickChanges, user: Ticked): Ticks {
  return changes.get(user.id) ?? { sync: user.sync, sso: user.sso }
}

export function changeTicks(
  changes: TickChanges,
  users: readonly Ticked[],
  change: (ticks: Ticks) => Ticks,
): TickChanges {
  const next = new Map(changes)
  for (const user of users) {
    const ticks = change(ticksOf(changes, user))
    if (ticks.sync === user.sync && ticks.sso === user.sso) next.delete(user.id)
    else next.set(user.id, ticks)
  }
  return next
}

/** State of a checkbox for many people: all, none, or mixed. */
export function tickOfMany(changes: TickChanges, users: readonly Ticked[], tick: keyof Ticks): boolean | 'mixed' {
  const ticked = users.filter((user) => ticksOf(changes, user)[tick]).length
  if (ticked === 0) return false
  return ticked === users.length ? true : 'mixed'
}

export function importOf(changes: TickChanges): UserTicks[] {
  return [...changes].map(([id, ticks]) => ({ id, ...ticks }))
}
