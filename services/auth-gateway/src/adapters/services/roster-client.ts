import { RosterEntry, SignInCandidates } from '@jackfield/contract/internal/internal-api'
import { Revocations as Revoked } from '@jackfield/contract/internal/revocation'
import type { ServiceClient } from '@jackfield/internal-token/service-client'
import { z } from 'zod'
import type { Revocations, Roster } from '../../ports.ts'
import { timedCache } from './timed-cache.ts'

/** Within the minute in which a change of the directory ends sessions (T-22). */
export const OUTAGE_MS = 30_000

/**
 * The roster's internal routes. An answer is valid for one second, so that a disabled person is out at once (T-22). While
 * the roster is away, only sessions that exist go on, by an answer of up to 30 s ago (FC-73).
 */
export function rosterClient(client: ServiceClient): Roster {
  const entries = timedCache<RosterEntry>((path, former) => client.find(path, RosterEntry, former), {
    freshMs: 1_000,
    freshAbsentMs: 0,
    max: 10_000,
  })
  const byId = (tenantId: string, userId: string) =>
    `/internal/tenants/${tenantId}/phone-users/${encodeURIComponent(userId)}`
  const byIdentity = (tenantId: string, directoryId: string, objectId: string) =>
    `/internal/tenants/${tenantId}/phone-users?${new URLSearchParams({ directoryId, objectId })}`
  return {
    findById: (...person) => entries(byId(...person)),
    recheckById: (...person) => entries(byId(...person), OUTAGE_MS),
    // Not cached: a refused person who tries again gets the current answer.
    findByIdentity: (...person) => client.find(byIdentity(...person), RosterEntry),
    recheckByIdentity: (...person) => entries(byIdentity(...person), OUTAGE_MS),
    findCandidates: async (address) =>
      (await client.post('/internal/sign-in-candidates', { address }, SignInCandidates)) ?? [],
  }
}

/** Revocations of sessions that the roster hands out. */
export function revocationsClient(client: ServiceClient): Revocations {
  return {
    async claim(limit) {
      return (await client.post('/internal/revocations/claims', { limit }, Revoked))?.items ?? []
    },
    async done(items) {
      await client.post('/internal/revocations/done', { items }, z.undefined())
    },
  }
}
