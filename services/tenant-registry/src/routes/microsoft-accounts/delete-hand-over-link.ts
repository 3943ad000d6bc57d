import { HandOverLinkParams } from '@jackfield/contract/access/hand-over-link'
import { IfMatch, isMatch, UNCHANGING_VERSION } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteHandOverLink',
  summary: 'End a hand-over link, and what was opened with it, at once',
  tags: ['Microsoft accounts'],
  params: HandOverLinkParams,
  headers: IfMatch,
  response: { 204: z.undefined() },
  refusals: refusals('hand-over-link-not-found', 'version-conflict'),
}

export const deleteHandOverLink: FastifyPluginAsyncZod<Pick<Ports, 'handOverLinks' | 'now'>> = async (
  app,
  { handOverLinks, now },
) => {
  app.delete(
    '/tenants/:tenantId/microsoft-accounts/:accountId/hand-over-links/:linkId',
    { schema },
    async (request, reply) => {
      const { tenantId, accountId, linkId } = request.params
      const isThere = (await handOverLinks.list({ tenantId, accountId }, now())).some(({ id }) => id === linkId)
      if (!isThere) throw refuse('hand-over-link-not-found')
      if (!isMatch(request.headers['if-match'], UNCHANGING_VERSION)) throw refuse('version-conflict')
      const entry = auditEntry(request, {
        action: 'hand-over-link.delete',
        tenantId,
        target: accountId,
        details: { link: linkId },
      })
      if (!(await handOverLinks.delete({ tenantId, accountId }, linkId, entry)))
        throw refuse('hand-over-link-not-found')
      return reply.status(204).send()
    },
  )
}
