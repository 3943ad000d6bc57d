import type { BindingConflict, BindingRule, BindingSuggestion } from '@jackfield/contract/roster/binding-suggestion'
import { type Candidate, candidatesOf, type SuggestedExtension, type UnboundUser } from './binding-candidates.ts'
import type { Country } from './phone-number.ts'

export type { SuggestedExtension, UnboundUser }

/**
 * Proposes at most one extension of a phone system for each unbound user, and no extension twice, the best fits first.
 * An extension that fits several users equally well, or is taken, is a conflict.
 */
export function suggestBindings(
  users: readonly UnboundUser[],
  extensions: readonly SuggestedExtension[],
  rules: readonly BindingRule[],
  country: Country = null,
): { items: BindingSuggestion[]; conflicts: BindingConflict[] } {
  const byNumber = new Map(extensions.map((extension) => [extension.number, extension]))
  const candidates = users.flatMap((user) => candidatesOf(user, byNumber, rules, country))
  candidates.sort(
    (left, right) =>
      right.score - left.score || compare(left.extension, right.extension) || compare(left.user.id, right.user.id),
  )

  const given = new Map<string, BindingSuggestion>()
  const taken = new Set<string>()
  const conflicts = new Map<string, BindingConflict>()
  for (let start = 0; start < candidates.length; ) {
    const end = endOfTie(candidates, start)
    settle(
      candidates.slice(start, end).filter(({ user }) => !given.has(user.id)),
      byNumber,
      { given, taken, conflicts },
    )
    start = end
  }
  fillRanges(users, extensions, rules, { given, taken, conflicts })
  return { items: [...given.values()], conflicts: [...conflicts.values()] }
}

type Outcome = { given: Map<string, BindingSuggestion>; taken: Set<string>; conflicts: Map<string, BindingConflict> }

/** Decides among the users who claim one extension with one score. */
function settle(
  claims: readonly Candidate[],
  byNumber: ReadonlyMap<string, SuggestedExtension>,
  outcome: Outcome,
): void {
  const [first] = claims
  if (!first || outcome.taken.has(first.extension) || outcome.conflicts.has(first.extension)) return
  const holder = byNumber.get(first.extension)?.holder ?? null
  if (holder === null && claims.length === 1) {
    outcome.taken.add(first.extension)
    outcome.given.set(first.user.id, suggestionOf(first))
    return
  }
  const users = claims.map(({ user }) => ({ userId: user.id, displayName: user.displayName }))
  outcome.conflicts.set(first.extension, {
    extension: first.extension,
    kind: holder ? 'taken' : 'several-people',
    users,
    holder,
  })
}

/** Gives the next free number to each user without a fit, in their order; numbers in conflict wait for an admin. */
function fillRanges(
  users: readonly UnboundUser[],
  extensions: readonly SuggestedExtension[],
  rules: readonly BindingRule[],
  { given, taken, conflicts }: Outcome,
): void {
  const free = rules.flatMap((rule) =>
    rule.kind === 'next-free'
      ? extensions.filter((extension) => isFree(extension) && isWithin(extension.number, rule))
      : [],
  )
  const numbers = [...new Set(free.map(({ number }) => number))].filter(
    (number) => !taken.has(number) && !conflicts.has(number),
  )
  for (const user of users) {
    if (given.has(user.id)) continue
    const extension = numbers.shift()
    if (extension === undefined) return
    given.set(user.id, suggestionOf({ user, extension, score: 0.3, reason: 'next-free' }))
  }
}

function endOfTie(candidates: readonly Candidate[], start: number): number {
  const first = candidates[start]
  let end = start + 1
  while (candidates[end]?.score === first?.score && candidates[end]?.extension === first?.extension) end += 1
  return end
}

function suggestionOf({ user, extension, score, reason }: Candidate): BindingSuggestion {
  return { userId: user.id, displayName: user.displayName, extension, score, reason }
}

function isFree({ holder }: SuggestedExtension): boolean {
  return holder === null
}

function isWithin(number: string, { from, to }: { from: number; to: number }): boolean {
  return /^[0-9]{1,9}$/.test(number) && Number(number) >= from && Number(number) <= to
}

function compare(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0)
}
