import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../errors.ts'
import { LOGO_PATH } from '../pages/layout.ts'
import type { Ports } from '../ports.ts'
import { onSites, tenantSite } from '../sites/site-plugin.ts'

const schema = { params: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) }

/**
 * The logo of this host's tenant only. An SVG opened by itself is a document; its policy lets it do nothing (SI-09).
 */
export const showLogo: FastifyPluginAsyncZod<Ports> = async (app, { registry }) => {
  app.addHook('onRequest', onSites('tenant'))
  app.get(`${LOGO_PATH}/:sha256`, { schema }, async (request, reply) => {
    const { tenant, branding } = tenantSite(request)
    const { sha256 } = request.params
    if (branding.logo?.sha256 !== sha256) throw refuse('not-found')
    const logo = await registry.findLogo(tenant.id, sha256).catch((cause: unknown) => {
      throw refuse('temporarily-unavailable', { cause, retryAfter: 2 })
    })
    if (!logo) throw refuse('not-found')
    return reply
      .type(logo.mediaType)
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(logo.bytes)
  })
}
