import { isLoopbackHost } from '@jackfield/configuration/settings'
import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { App, ClientId, NewApp } from '@jackfield/contract/tenants/app'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findUrlDefects } from '../../domain/app-url.ts'
import { refuse } from '../../errors.ts'
import { requireFreeSharedHosts } from '../../hosts/free-names.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'putApp',
  summary: 'Create or replace an app of the catalogue',
  tags: ['Apps'],
  params: z.object({ clientId: ClientId }),
  headers: IfMatch,
  body: NewApp,
  response: {
    200: App,
    201: App,
  },
  refusals: refusals('invalid-app-url', 'host-taken', 'shared-host-taken', 'version-conflict'),
}

export const putApp: FastifyPluginAsyncZod<Pick<Ports, 'apps' | 'tenants' | 'hosts' | 'baseUrl'>> = async (
  app,
  ports,
) => {
  const { apps } = ports
  app.put('/apps/:clientId', { schema, config: { platformOnly: true } }, async (request, reply) => {
    const { body, params, headers } = request
    const read = await apps.find(params.clientId)
    if (!isMatch(headers['if-match'], read?.version)) throw refuse('version-conflict')

    const errors = findUrlDefects(body, isLoopbackHost)
    if (errors.length > 0) throw refuse('invalid-app-url', { members: { errors } })
    await requireFreeSharedHosts(ports, { clientId: params.clientId, ...body })

    const entry = auditEntry(request, { action: 'app.put', tenantId: null, target: params.clientId })
    const stored = await apps.put({ clientId: params.clientId, ...body }, read?.version, entry)
    if (stored === 'version-conflict') throw refuse(stored)
    return reply.status(read ? 200 : 201).send(stored)
  })
}
