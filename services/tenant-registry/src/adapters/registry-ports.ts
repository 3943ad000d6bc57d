import { serviceClient } from '@jackfield/internal-token/service-client'
import type { OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { drizzle } from '@jackfield/postgres/drizzle'
import type { Pool } from 'pg'
import { postgresAdministrators } from './access/postgres-administrators.ts'
import { postgresApiKeys } from './access/postgres-api-keys.ts'
import { postgresControlSignInLinks } from './access/postgres-control-sign-in-links.ts'
import { postgresAccountWatch } from './accounts/postgres-account-watch.ts'
import { postgresAccounts } from './accounts/postgres-accounts.ts'
import { postgresConsentRequests } from './accounts/postgres-consent-requests.ts'
import { postgresHandOverLinks } from './accounts/postgres-hand-over-links.ts'
import { postgresAppSecrets } from './apps/postgres-app-secrets.ts'
import { postgresApps } from './apps/postgres-apps.ts'
import { chosenKeyEncryption, type KeyEncryptionSettings } from './keys/chosen-key-encryption.ts'
import { tenantKeyVault } from './keys/tenant-key-vault.ts'
import { federatedTokenFile } from './microsoft/federated-token-file.ts'
import { microsoftExaminer } from './microsoft/microsoft-examiner.ts'
import { rsaCertificates } from './microsoft/rsa-certificates.ts'
import { postgresAudit } from './postgres-audit.ts'
import { rosterClient } from './roster-client.ts'
import { type HostProbeSettings, hostProofProbe } from './tenants/host-proof-probe.ts'
import { postgresHosts } from './tenants/postgres-hosts.ts'
import { postgresLogos } from './tenants/postgres-logos.ts'
import { postgresTenants } from './tenants/postgres-tenants.ts'

export type PortSettings = OriginOverrides &
  HostProbeSettings &
  KeyEncryptionSettings & {
    BASE_URL: string
    BOOTSTRAP_API_KEY?: string | undefined
    ROSTER_URL?: string | undefined
    FEDERATED_TOKEN_FILE?: string | undefined
    INTERNAL_TOKEN_KEYS: readonly Buffer[]
  }

/**
 * The outside world of this service: Postgres and Microsoft. `onUnopened` hears of each credential that no key opens.
 */
export function registryPorts(pool: Pool, settings: PortSettings, now: () => Date, onUnopened: (what: string) => void) {
  const db = drizzle(pool)
  const keyEncryption = chosenKeyEncryption(settings)
  const roster =
    settings.ROSTER_URL === undefined
      ? undefined
      : serviceClient({
          issuer: 'tenant-registry',
          audience: 'user-sync-worker',
          baseUrl: settings.ROSTER_URL,
          keys: settings.INTERNAL_TOKEN_KEYS,
        })
  return {
    tenants: postgresTenants(db),
    hosts: postgresHosts(db),
    logos: postgresLogos(db),
    apps: postgresApps(db),
    appSecrets: postgresAppSecrets(db),
    accounts: postgresAccounts(db),
    watch: postgresAccountWatch(db),
    keyEncryption,
    vault: tenantKeyVault(db, keyEncryption, () => onUnopened('microsoft credential')),
    apiKeys: postgresApiKeys(db, settings.BOOTSTRAP_API_KEY),
    administrators: postgresAdministrators(db, settings.BOOTSTRAP_API_KEY !== undefined),
    links: postgresControlSignInLinks(db),
    consentRequests: postgresConsentRequests(db),
    handOverLinks: postgresHandOverLinks(db),
    audit: postgresAudit(db),
    microsoft: microsoftExaminer(settings, now),
    roster: rosterClient(roster),
    hostProbe: hostProofProbe(settings),
    certificates: rsaCertificates(settings, now),
    federatedToken: federatedTokenFile(settings.FEDERATED_TOKEN_FILE),
    baseUrl: settings.BASE_URL,
    now,
  }
}
