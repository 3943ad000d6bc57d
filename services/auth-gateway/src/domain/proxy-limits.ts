import type { Principal } from '@jackfield/contract/principal'

// Bounds of what one replica forwards to one service behind the admin API. The README's table repeats these.
export const CALLS = { atOnce: 128, ofCaller: 24, waiting: 500, waitingOfCaller: 50, waitMs: 5_000 }
/** Event streams stay open for minutes: they have connections of their own, and take none from calls. */
export const STREAMS = { atOnce: 250, ofCaller: 25 }

/** Callers that share slots: all keys and admins of a tenant; of the platform each key and admin alone. */
export function callerOf({ scope, id }: Pick<Principal, 'scope' | 'id'>): string {
  return scope === 'platform' ? id : scope
}
