import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getTenantLogo',
  summary: 'Read the logo of the sign-in pages',
  tags: ['Tenants'],
  params: TenantParams,
  querystring: z.strictObject({
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({
        description: 'Gives another logo another address for caches; the present logo is answered whatever it says',
      }),
  }),
  response: { 200: z.any().meta({ description: 'The image, as it was set' }) },
  refusals: refusals('logo-not-found'),
}

/** Somebody may open the address by itself: an SVG is a document then, and may do nothing. */
export const getTenantLogo: FastifyPluginAsyncZod<Pick<Ports, 'logos'>> = async (app, { logos }) => {
  app.get('/tenants/:tenantId/branding/logo', { schema }, async ({ params }, reply) => {
    const logo = await logos.find(params.tenantId)
    if (!logo) throw refuse('logo-not-found')
    return reply
      .type(logo.mediaType)
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .header('x-content-type-options', 'nosniff')
      .send(logo.bytes)
  })
}
