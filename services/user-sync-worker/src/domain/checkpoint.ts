import type { Trail } from './page-trail.ts'

/**
 * A run's position: a phase and a place in it (Graph's page link with its trail, or the last object id).
 * sets -> start -> list | chosen -> (missing) -> delta -> members -> decide -> apply; a run skips the phases it does not need.
 * An approved run begins again: sets -> held -> decide -> apply.
 */
export type Phase = 'held' | 'sets' | 'members' | 'start' | 'list' | 'chosen' | 'missing' | 'delta' | 'decide' | 'apply'
export type Checkpoint = { phase: Phase; at: string | null; trail?: Trail | undefined }

export type RunPlan = {
  kind: 'import' | 'delta' | 'full'
  isEverybody: boolean
  /** The run's place in the directory's changes, taken before the listing began. */
  deltaLink: string | null
  /** Where the account's last delta ended. */
  accountLink: string | null
  /** Whether import rules name groups or licences that must be read first. */
  readsSets: boolean
  /** The run's removals were approved, and are read once more. */
  isApproved: boolean
}

/** `phase`, `phase place`, or with the trail `phase~links.anchor place`. */
export function formatCheckpoint({ phase, at, trail }: Checkpoint): string {
  if (at === null) return phase
  return trail ? `${phase}~${trail.links}.${trail.anchor} ${at}` : `${phase} ${at}`
}

export function readCheckpoint(text: string): Checkpoint {
  const blank = text.indexOf(' ')
  if (blank < 0) return { phase: text as Phase, at: null }
  const [phase, links, anchor] = text.slice(0, blank).split(/[~.]/)
  const trail = anchor === undefined ? undefined : { links: Number(links), anchor }
  return { phase: phase as Phase, at: text.slice(blank + 1), trail }
}

/**
 * A run that lists takes the place in the changes first, so that no change during the listing is lost. An import into an
 * account that is followed already skips that: the next delta brings the changes. Undefined for a delta without a place.
 */
export function firstCheckpoint(plan: RunPlan): Checkpoint | undefined {
  const first = firstWithoutSets(plan)
  return first && plan.readsSets ? { phase: 'sets', at: null } : first
}

function firstWithoutSets(plan: RunPlan): Checkpoint | undefined {
  if (plan.isApproved) return { phase: 'held', at: null }
  if (plan.kind === 'delta') return plan.accountLink === null ? undefined : { phase: 'delta', at: plan.accountLink }
  if (plan.kind === 'import' && plan.accountLink !== null) return reading(plan)
  return { phase: 'start', at: null }
}

export function checkpointAfter(phase: Phase, plan: RunPlan): Checkpoint {
  if (phase === 'sets') return firstWithoutSets(plan) ?? { phase: 'decide', at: null }
  if (phase === 'start') return reading(plan)
  if (phase === 'delta' && plan.kind === 'delta' && plan.readsSets) return { phase: 'members', at: null }
  if (phase === 'members' || phase === 'held') return { phase: 'decide', at: null }
  if (phase === 'list' && plan.kind === 'full') return { phase: 'missing', at: null }
  if (phase !== 'delta' && plan.deltaLink !== null) return { phase: 'delta', at: plan.deltaLink }
  return { phase: 'decide', at: null }
}

function reading(plan: RunPlan): Checkpoint {
  return { phase: plan.kind === 'full' || plan.isEverybody ? 'list' : 'chosen', at: null }
}

/** What a phase asks of Microsoft, to complete "Microsoft was asked for ...". */
export const ASKED: Readonly<Record<Phase, string>> = {
  held: 'the users whose removal was approved',
  sets: 'the members of a group or the holders of a licence',
  members: 'users who joined or left a group',
  start: 'the place at which changes begin',
  list: 'the list of users',
  chosen: 'the chosen users',
  missing: 'users who are missing in the list',
  delta: 'the changes of users',
  decide: 'users',
  apply: 'users',
}
