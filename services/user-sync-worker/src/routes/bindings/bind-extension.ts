import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { Binding, BindingParams, BindingRequest } from '@jackfield/contract/roster/phone-user'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'bindExtension',
  summary: 'Bind a phone user to an extension of a phone system',
  tags: ['Bindings'],
  description: 'The entity tag is that of the user, of whom bindings are a part.',
  params: BindingParams,
  headers: IfMatch,
  body: BindingRequest,
  response: {
    200: Binding,
  },
  refusals: refusals(
    'extension-not-found',
    'phone-system-not-found',
    'user-not-found',
    'extension-taken',
    'user-not-active',
    'version-conflict',
  ),
}

export const bindExtension: FastifyPluginAsyncZod<Pick<Ports, 'bindings'>> = async (app, { bindings }) => {
  app.put('/tenants/:tenantId/users/:userId/bindings/:phoneSystemId', { schema }, async (request, reply) => {
    const { params, body } = request
    const { tenantId, userId: target, phoneSystemId } = params
    const details = { phoneSystemId, extension: body.extension }
    const entry = auditEntry(request, { action: 'binding.put', tenantId, target, details })
    const outcome = await bindings.put(params, body.extension, entry, (version) =>
      isMatch(request.headers['if-match'], version),
    )
    if (outcome.kind === 'bound') return reply.header('etag', entityTag(outcome.version)).send(outcome.binding)
    if (outcome.kind !== 'taken') throw refuse(outcome.kind)
    const { holder } = outcome
    const detail = holder.hold
      ? `Extension ${body.extension} is held for ${holder.displayName}, who left, ${holder.hold.until ? `until ${holder.hold.until.slice(0, 10)}` : 'until it is freed'}.`
      : `Extension ${body.extension} is taken by ${holder.displayName}.`
    throw refuse('extension-taken', { detail, members: { holder } })
  })
}
