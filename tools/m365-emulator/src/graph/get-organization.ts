import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { authenticate, requireAny } from './bearer.ts'

/** The directory's own name and domains. */
export const getOrganization: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.get('/organization', async ({ headers }) => {
    const caller = authenticate(headers.authorization, cloud)
    requireAny(caller, 'Organization.Read.All', 'Directory.Read.All', 'User.Read.All', 'User.Read')
    const { id, displayName, domains } = caller.directory
    const verifiedDomains = domains.map((name, index) => ({
      capabilities: 'Email, OfficeCommunicationsOnline',
      isDefault: index === 0,
      isInitial: name.endsWith('.onmicrosoft.com'),
      name,
      type: 'Managed',
    }))
    return {
      '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#organization`,
      value: [{ id, displayName, verifiedDomains }],
    }
  })
}
