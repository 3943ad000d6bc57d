import { createHash } from 'node:crypto'
import { Administrator } from '@jackfield/contract/access/administrator'
import { Principal } from '@jackfield/contract/access/principal'
import {
  CatalogueApp,
  HostResolution,
  SignInTenant,
  TenantsOfDirectory,
} from '@jackfield/contract/internal/internal-api'
import { ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import { type LogoType, StoredLogo } from '@jackfield/contract/tenants/branding'
import { auditClient } from '@jackfield/internal-token/audit-client'
import { connectionClient } from '@jackfield/internal-token/connection-client'
import { type ServiceClient, unlessUnavailable } from '@jackfield/internal-token/service-client'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Registry } from '../../ports.ts'
import { OUTAGE_MS } from './roster-client.ts'
import { timedCache } from './timed-cache.ts'

/** Answers that may be ten minutes old while the registry is down (DO-09). */
const SERVES_OUTAGES = { freshMs: 2_000, staleIfErrorMs: 600_000, max: 10_000 }
/** While the registry is away an API key counts for 30 s, like sessions. */
const KEY_FRESH_MS = 3_000
/** The registry calls Microsoft several times before it answers. */
const CONSENT_MS = 25_000

/**
 * The registry's internal routes. Cached hosts and apps serve for ten minutes while the registry is down (DO-09); an
 * unknown host is asked for again after a second; a connection holds a secret and is never cached.
 */
export function registryClient(client: ServiceClient): Registry {
  const hosts = timedCache<HostResolution>(
    (host, former) => client.find(`/internal/hosts/${encodeURIComponent(host)}`, HostResolution, former),
    { ...SERVES_OUTAGES, freshAbsentMs: 1_000 },
  )
  const apps = timedCache<CatalogueApp[]>(
    (_, former) => client.find('/internal/apps', z.array(CatalogueApp), former),
    SERVES_OUTAGES,
  )
  const tenants = timedCache((id) => client.find(`/internal/tenants/${id}`, z.unknown()), SERVES_OUTAGES)
  // A logo is addressed by its hash and never changes: only memory bounds this cache, 100 logos of 128 KiB.
  const logos = new LRUCache<string, { mediaType: LogoType; bytes: Buffer }>({ max: 100 })
  const administrators = timedCache<Administrator>(
    (id, former) => client.find(`/internal/administrators/${encodeURIComponent(id)}`, Administrator, former),
    { freshMs: 1_000, staleIfErrorMs: OUTAGE_MS, max: 10_000 },
  )
  const signInTenants = timedCache<SignInTenant>(
    (id, former) => client.find(`/internal/tenants/${encodeURIComponent(id)}/sign-in`, SignInTenant, former),
    SERVES_OUTAGES,
  )
  const principals = new LRUCache<string, { principal: Principal; at: number }>({ max: 10_000 })

  return {
    findHost: hosts,
    hasTenant: async (tenantId) => (await tenants(tenantId)) !== undefined,
    findTenant: signInTenants,
    listTenantsOf: async (directoryId) =>
      (await client.find(`/internal/directories/${directoryId}/tenants`, TenantsOfDirectory)) ?? [],
    listApps: async () => (await apps('')) ?? [],
    async findLogo(tenantId, sha256) {
      const key = `${tenantId} ${sha256}`
      const known = logos.get(key)
      if (known) return known
      const stored = await client.find(`/internal/tenants/${tenantId}/logo`, StoredLogo)
      if (stored?.sha256 !== sha256) return undefined
      const logo = { mediaType: stored.mediaType, bytes: Buffer.from(stored.base64, 'base64') }
      logos.set(key, logo)
      return logo
    },
    ...connectionClient(client),
    async authenticateApiKey(key) {
      const hash = createHash('sha256').update(key).digest('base64url')
      const known = principals.get(hash)
      const age = known ? performance.now() - known.at : Number.POSITIVE_INFINITY
      if (known && age < KEY_FRESH_MS) return known.principal
      const asked = client.post('/internal/api-key-authentications', { key }, Principal)
      const principal = known && age < OUTAGE_MS ? await unlessUnavailable(asked, known.principal) : await asked
      if (!principal) principals.delete(hash)
      else if (principal !== known?.principal) principals.set(hash, { principal, at: performance.now() })
      return principal
    },
    redeemControlSignInLink: (token) =>
      client.post('/internal/control-sign-in-links/redemptions', { token }, Principal),
    findAdministrator: administrators,
    findAdministratorByIdentity: (tenantId, directoryId, objectId) =>
      client.find(
        `/internal/tenants/${tenantId}/administrators?${new URLSearchParams({ directoryId, objectId })}`,
        Administrator,
      ),
    receiveConsent: (answer) => client.post('/internal/consent-returns', answer, ConsentReturn, CONSENT_MS),
    ...auditClient(client),
  }
}
