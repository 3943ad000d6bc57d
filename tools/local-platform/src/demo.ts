import type { Administrator } from '@jackfield/contract/access/administrator'
import type { Page } from '@jackfield/contract/http/page'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { Verification } from '@jackfield/contract/microsoft/verification'
import type { PhoneSystem } from '@jackfield/contract/roster/phone-system'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { Tenant } from '@jackfield/contract/tenants/tenant'
import type { AdminApi } from './admin-api.ts'
import {
  DEMO_ADMINISTRATOR,
  DEMO_APPS,
  DEMO_BINDINGS,
  DEMO_EXTENSIONS,
  type DemoRegistration,
  demoTicks,
} from './demo-plan.ts'

export type DemoProgress = {
  onStep(text: string): void
  /** Called whenever the import made progress. */
  onRun(run: SyncRun): void
}

/**
 * Sets up the demo through the admin API, as an administrator would: tenants, the apps, Contoso's Microsoft account,
 * the import, phone system, extensions and bindings, and Contoso's own administrator. Existing parts are kept, so that
 * the next start completes an interrupted one.
 */
export async function provideDemo(
  api: AdminApi,
  baseUrl: string,
  registration: DemoRegistration,
  progress: DemoProgress,
): Promise<void> {
  for (const app of DEMO_APPS) await api('PUT', `/apps/${app.clientId}`, app.appOn(baseUrl))
  const contoso = await findOrCreateTenant(api, 'contoso', 'Contoso')
  await findOrCreateTenant(api, 'fabrikam', 'Fabrikam')
  const account = await connectAccount(api, contoso, registration, progress)
  await importUsers(api, contoso, account, progress)
  await bindUsers(api, contoso, progress)
  await nameAdministrator(api, contoso)
}

async function listAll<Item>(api: AdminApi, path: string): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page<Item> = await api(
      'GET',
      `${path}?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    )
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

async function findOrCreateTenant(api: AdminApi, slug: string, name: string): Promise<Tenant> {
  const tenants = await listAll<Tenant>(api, '/tenants')
  return tenants.find((tenant) => tenant.slug === slug) ?? api<Tenant>('POST', '/tenants', { slug, name })
}

async function connectAccount(
  api: AdminApi,
  tenant: Tenant,
  registration: DemoRegistration,
  { onStep }: DemoProgress,
): Promise<MicrosoftAccount> {
  const accounts = `/tenants/${tenant.id}/microsoft-accounts`
  const known = (await listAll<MicrosoftAccount>(api, accounts)).find((account) => account.alias === registration.alias)
  if (known?.enabled) return known
  onStep(`connecting the Microsoft 365 account “${registration.alias}”`)
  const { alias, clientId, directoryId, secret, expiresAt } = registration
  const account = known ?? (await api<MicrosoftAccount>('POST', accounts, { alias, clientId, directoryId }))
  await api('PUT', `${accounts}/${account.id}/credential`, { type: 'secret', secret, expiresAt })
  const verification = await api<Verification>('POST', `${accounts}/${account.id}/verify`)
  const failed = verification.checks.find((check) => check.status === 'failed')
  if (failed) throw new Error(`the connection test of ${alias} failed: ${failed.message}`)
  return account
}

async function importUsers(
  api: AdminApi,
  tenant: Tenant,
  account: MicrosoftAccount,
  { onStep, onRun }: DemoProgress,
): Promise<void> {
  const runs = await api<Page<SyncRun>>('GET', `/tenants/${tenant.id}/sync-runs?limit=50`)
  if (runs.items.some((run) => run.status === 'succeeded')) return
  onStep('importing the users of Contoso from Microsoft Graph')
  const path = `/tenants/${tenant.id}/microsoft-accounts/${account.id}`
  const users = demoTicks(await listAll<MicrosoftUser>(api, `${path}/microsoft-users`))
  const { runId } = await api<{ runId: string }>('POST', `${path}/imports`, { users })
  for (
    const deadline = Date.now() + 120_000;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 150))
  ) {
    const run = await api<SyncRun>('GET', `/tenants/${tenant.id}/sync-runs/${runId}`)
    onRun(run)
    if (run.status === 'succeeded') return
    if (run.status === 'failed' || run.status === 'cancelled')
      throw new Error(`the import ${run.status}: ${run.error?.message ?? 'no reason given'}`)
  }
  throw new Error('the import did not end within two minutes')
}

async function bindUsers(api: AdminApi, tenant: Tenant, { onStep }: DemoProgress): Promise<void> {
  const systems = await listAll<PhoneSystem>(api, `/tenants/${tenant.id}/phone-systems`)
  const system =
    systems[0] ?? (await api<PhoneSystem>('POST', `/tenants/${tenant.id}/phone-systems`, { name: 'Headquarters' }))
  await api('POST', `/tenants/${tenant.id}/phone-systems/${system.id}/extensions`, {
    items: DEMO_EXTENSIONS.map((number) => ({ number })),
  })
  const users = await listAll<PhoneUser>(api, `/tenants/${tenant.id}/users`)
  if (users.some((user) => user.bindings.length > 0)) return
  onStep('binding users to extensions')
  for (const [displayName, extension] of Object.entries(DEMO_BINDINGS)) {
    const user = users.find((candidate) => candidate.displayName === displayName)
    if (user) await api('PUT', `/tenants/${tenant.id}/users/${user.id}/bindings/${system.id}`, { extension })
  }
}

/** Makes one of Contoso's people an administrator, who signs in to Control with Microsoft. */
async function nameAdministrator(api: AdminApi, tenant: Tenant): Promise<void> {
  const known = await api<Page<Administrator>>('GET', `/administrators?signInTenantId=${tenant.id}&limit=1`)
  const { items: users } = await api<Page<PhoneUser>>(
    'GET',
    `/tenants/${tenant.id}/users?search=${encodeURIComponent(DEMO_ADMINISTRATOR)}`,
  )
  const user = users.find(({ displayName }) => displayName === DEMO_ADMINISTRATOR)
  if (known.items.length > 0 || !user) return
  const { directoryId, objectId, displayName } = user
  await api('POST', '/administrators', { scope: tenant.id, role: 'admin', directoryId, objectId, displayName })
}
