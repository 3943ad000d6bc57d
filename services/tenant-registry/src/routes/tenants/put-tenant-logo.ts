import { createHash } from 'node:crypto'
import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { LOGO_MAX_BYTES, LogoType } from '@jackfield/contract/tenants/branding'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentTenant } from '../../accounts/present-tenant.ts'
import { findLogoDefect } from '../../domain/logo-image.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'putTenantLogo',
  summary: 'Set the logo of the sign-in pages: a PNG, WebP or SVG image of at most 128 KiB and 2048 pixels a side',
  tags: ['Tenants'],
  params: TenantParams,
  headers: IfMatch,
  consumes: LogoType.options,
  response: {
    200: Tenant,
  },
  refusals: refusals(
    'logo-not-plain',
    'logo-not-readable',
    'logo-too-large',
    'tenant-not-found',
    'version-conflict',
    'body-too-large',
    'unsupported-media-type',
  ),
}

export const putTenantLogo: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'logos' | 'watch' | 'now'>> = async (
  app,
  ports,
) => {
  const { tenants, logos } = ports
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(LogoType.options, { parseAs: 'buffer', bodyLimit: LOGO_MAX_BYTES }, (_request, body, done) =>
    done(null, body),
  )

  app.put('/tenants/:tenantId/branding/logo', { schema }, async (request, reply) => {
    const { params, headers } = request
    const read = await tenants.find(params.tenantId)
    if (!read) throw refuse('tenant-not-found')
    if (!isMatch(headers['if-match'], read.version)) throw refuse('version-conflict')

    const mediaType = LogoType.safeParse(String(headers['content-type']).split(';')[0]?.trim().toLowerCase())
    const bytes = request.body
    if (!mediaType.success || !Buffer.isBuffer(bytes)) throw refuse('logo-not-readable')
    const defect = findLogoDefect(bytes, mediaType.data)
    if (defect) throw refuse(defect)

    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const details = { mediaType: mediaType.data, sha256 }
    const entry = auditEntry(request, { action: 'tenant-logo.put', tenantId: read.id, target: read.id, details })
    const tenant = await logos.replace(read, { mediaType: mediaType.data, sha256, bytes }, entry)
    if (typeof tenant === 'string') throw refuse(tenant)
    return reply.send(await presentTenant(ports, tenant))
  })
}
