import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { authenticate, visibleUserProperties } from '../bearer.ts'
import { notFound } from '../graph-error.ts'

/** Published product identifiers; unknown ones get an invented name. */
const NAMES: Readonly<Record<string, string>> = {
  '05e9a617-0261-4cee-bb44-138d3ef5d965': 'SPE_E3',
  '06ebc4ee-1bb5-47dd-8120-11324bc54e06': 'SPE_E5',
  '6fd2c87f-b296-42f0-b197-1e91e994b900': 'ENTERPRISEPACK',
  'e43b5b99-8dfb-405f-9987-dc307f34bcbd': 'MCOEV',
  'f245ecc8-75af-4f8e-b61f-27d8114de5f3': 'O365_BUSINESS_PREMIUM',
}

export const licenseDetails: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.get<{ Params: { id: string } }>('/users/:id/licenseDetails', async ({ headers, params }) => {
    const caller = authenticate(headers.authorization, cloud)
    visibleUserProperties(caller)
    const user = caller.directory.users.find(params.id)
    if (!user) throw notFound(params.id)
    const value = (user.assignedLicenses ?? []).map(({ skuId }) => ({
      id: Buffer.from(`${user.id}${skuId}`.replaceAll('-', ''), 'hex').toString('base64url'),
      skuId,
      skuPartNumber: NAMES[skuId] ?? `SKU_${skuId.slice(0, 8).toUpperCase()}`,
      servicePlans: [],
    }))
    return { '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#users('${user.id}')/licenseDetails`, value }
  })
}
