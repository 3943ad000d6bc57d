import { TenantParams } from '@jackfield/contract/http/identifier'
import { StoredLogo } from '@jackfield/contract/tenants/branding'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: TenantParams, response: { 200: StoredLogo } }

export const readLogo: FastifyPluginAsyncZod<Pick<Ports, 'logos'>> = async (app, { logos }) => {
  app.get('/tenants/:tenantId/logo', { schema }, async ({ params }) => {
    const logo = await logos.find(params.tenantId)
    if (!logo) throw refuse('logo-not-found')
    const { mediaType, sha256, bytes } = logo
    return { mediaType, sha256, base64: bytes.toString('base64') }
  })
}
