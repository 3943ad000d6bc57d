import { TenantParams } from '@jackfield/contract/http/identifier'
import { SignInTenant, TenantsOfDirectory } from '@jackfield/contract/internal/internal-api'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isEnabled } from '../../domain/microsoft-account.ts'
import type { TenantRecord } from '../../domain/tenant.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

type Needed = Pick<Ports, 'tenants' | 'accounts'>

/** For sign-in on a shared host: a tenant by its id, and the tenants that are connected to a directory. */
export const signInTenants: FastifyPluginAsyncZod<Needed> = async (app, { tenants, accounts }) => {
  const one = { hide: true, params: TenantParams, response: { 200: SignInTenant } }
  app.get('/tenants/:tenantId/sign-in', { schema: one }, async ({ params }) => {
    const tenant = await tenants.find(params.tenantId)
    if (!tenant || tenant.removing) throw refuse('tenant-not-found')
    return withAccounts(accounts, tenant)
  })

  const many = { hide: true, params: z.object({ directoryId: z.guid() }), response: { 200: TenantsOfDirectory } }
  app.get('/directories/:directoryId/tenants', { schema: many }, async ({ params }) => {
    const { directoryId } = params
    const found = await Promise.all((await accounts.tenantsOf(directoryId)).map((tenantId) => tenants.find(tenantId)))
    const present = found.filter((tenant) => tenant !== undefined && !tenant.removing) as TenantRecord[]
    const answers = await Promise.all(present.map((tenant) => withAccounts(accounts, tenant)))
    return answers.filter((answer) => answer.accounts.some((account) => account.directoryId === directoryId))
  })
}

/** With the accounts its people may sign in with. */
export async function withAccounts(accounts: Ports['accounts'], tenant: TenantRecord) {
  return { tenant, branding: tenant.branding, accounts: (await accounts.listAll(tenant.id)).filter(isEnabled) }
}
