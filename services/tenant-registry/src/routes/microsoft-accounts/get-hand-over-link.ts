import { HandOverLink, HandOverLinkParams } from '@jackfield/contract/access/hand-over-link'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getHandOverLink',
  summary: 'Read a hand-over link that is still good',
  tags: ['Microsoft accounts'],
  params: HandOverLinkParams,
  response: { 200: HandOverLink },
  refusals: refusals('hand-over-link-not-found'),
}

export const getHandOverLink: FastifyPluginAsyncZod<Pick<Ports, 'handOverLinks' | 'now'>> = async (
  app,
  { handOverLinks, now },
) => {
  app.get(
    '/tenants/:tenantId/microsoft-accounts/:accountId/hand-over-links/:linkId',
    { schema },
    async ({ params }) => {
      const link = (await handOverLinks.list(params, now())).find(({ id }) => id === params.linkId)
      if (!link) throw refuse('hand-over-link-not-found')
      return link
    },
  )
}
