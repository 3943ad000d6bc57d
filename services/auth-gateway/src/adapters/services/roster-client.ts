import { RosterEntry, SignInCandidates } from '@jackfield/contract/internal-api'
import { Revocations as Revoked } from '@jackfield/contract/revocation'
import type { ServiceClient } from '@jackfield/internal-token/service-client'
import { z } from 'zod'
import type { Revocations, Roster } from '../../ports.ts'
import { timedCache } from './timed-cache.ts'

/** The roster's internal routes. An answer counts for a second and is never used beyond: a disabled person is out at once (T-22). */
export function rosterClient(client: ServiceClient): Roster {
  const entries = timedCache<RosterEntry>((path, former) => client.find(path, RosterEntry, former), {
    freshMs: 1_000,
    freshAbsentMs: 0,
    max: 10_000,
  })
  return {
    findById: (tenantId, userId) => entries(`/internal/tenants/${tenantId}/phone-users/${encodeURIComponent(userId)}`),
    // Not remembered: who was refused a moment ago is looked at anew when they try again.
    findByIdentity: (tenantId, directoryId, objectId) =>
      client.find(`/internal/tenants/${tenantId}/phone-users?${new URLSearchParams({ directoryId, objectId })}`, RosterEntry),
    findCandidates: async (address) => (await client.post('/internal/sign-in-candidates', { address }, SignInCandidates)) ?? [],
  }
}

/** What the roster has to say by itself: whose sessions it has ended. */
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
