import { HostResolution } from '@jackfield/contract/internal/internal-api'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { hostCandidates } from '../../domain/host.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { withAccounts } from './sign-in-tenants.ts'

const schema = {
  hide: true,
  params: z.object({ host: z.string().max(260).toLowerCase() }),
  response: { 200: HostResolution },
}

type Needed = Pick<Ports, 'tenants' | 'apps' | 'accounts' | 'baseUrl'>

export const resolveHost: FastifyPluginAsyncZod<Needed> = async (app, { tenants, apps, accounts, baseUrl }) => {
  app.get('/hosts/:host', { schema }, async ({ params }) => {
    for (const candidate of hostCandidates(params.host, baseUrl, await apps.all())) {
      const { kind, origin } = candidate
      if (kind === 'shared') return { kind, origin }
      const tenant =
        kind === 'slug' ? await tenants.findBySlug(candidate.slug) : await tenants.findByCustomHost(candidate.hostname)
      if (!tenant || tenant.removing) continue
      return { kind: 'tenant' as const, origin, ...(await withAccounts(accounts, tenant)) }
    }
    throw refuse('host-unknown')
  })
}
