import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { AdminApi } from '@jackfield/local-platform/admin-api'
import { JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '@jackfield/m365-emulator/demo/contoso'

const DIRECTORY_ID = '5b1c8a6e-70a4-4f0e-9c3b-8a4d2f6e1b90'

/** A connected tenant of a large directory that imports everybody in the background. */
export type Import = { tenantId: string; accountId: string; runId?: string }

/** Adds the large directory to the emulator, with consent for the demo's registration. */
export async function addLargeDirectory(emulator: string, size: number): Promise<void> {
  const answer = await fetch(`${emulator}/_emulator/directories`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: DIRECTORY_ID,
      displayName: 'Large',
      domains: ['large.example'],
      population: { size },
      grants: [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All'] }],
    }),
  })
  if (!answer.ok) throw new Error(`The emulator takes no directory: ${answer.status} ${await answer.text()}`)
}

/** A new tenant for each import, so that each is a first one. */
export async function connectTenant(api: AdminApi, number: number): Promise<Import> {
  const tenant = await api<{ id: string }>('POST', '/tenants', { slug: `large-${number}`, name: `Large ${number}` })
  const accounts = `/tenants/${tenant.id}/microsoft-accounts`
  const account = await api<{ id: string }>('POST', accounts, {
    alias: 'Large',
    clientId: JACKFIELD_CLIENT_ID,
    directoryId: DIRECTORY_ID,
  })
  const expiresAt = new Date(Date.now() + 365 * 86_400_000).toISOString()
  await api('PUT', `${accounts}/${account.id}/credential`, {
    type: 'secret',
    secret: JACKFIELD_CLIENT_SECRET,
    expiresAt,
  })
  await api('POST', `${accounts}/${account.id}/verify`)
  return { tenantId: tenant.id, accountId: account.id }
}

export async function startImport(api: AdminApi, { tenantId, accountId }: Import): Promise<string> {
  const path = `/tenants/${tenantId}/microsoft-accounts/${accountId}/imports`
  return (await api<{ runId: string }>('POST', path, { all: true, sync: true, sso: true })).runId
}

/** The run as it is now; undefined while the roster does not answer. */
export async function findRun(api: AdminApi, { tenantId, runId }: Import): Promise<SyncRun | undefined> {
  return api<SyncRun>('GET', `/tenants/${tenantId}/sync-runs/${runId}`).catch(() => undefined)
}
