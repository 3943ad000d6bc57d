import { RosterEntry, SignInCandidates } from '@jackfield/contract/internal/internal-api'
import { Revocations as Revoked } from '@jackfield/contract/internal/revocation'
import type { ServiceClient } from '@jackfield/internal-token/service-client'
import { z } from 'zod'
import type { Revocations, Roster } from '../../ports.ts'
import { timedCache } from './timed-cache.ts'

/**
 * The roster's internal routes. An answer is valid for one second and never longer, so that a disabled person is out at
 * once (T-22).
 */
export function rosterClient(client: ServiceClient): Roster {
  const entries = timedCache<RosterEntry>((path, former) => client.find(path, RosterEntry, former), {
    freshMs: 1_000,
    freshAbsentMs: 0,
    max: 10_000,
  })
  return {
    findById: (tenantId, userId) => entries(`/internal/tenants/${tenantId}/phone-users/${encodeURIComponent(userId)}`),
    // Not cached: a refused person who tries again gets the current answer.
    findByIdentity: (tenantId, directoryId, objectId) =>
      client.find(
        `/internal/tenants/${tenantId}/phone-users?${new URLSearchParams({ directoryId, objectId })}`,
        RosterEntry,
      ),
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
