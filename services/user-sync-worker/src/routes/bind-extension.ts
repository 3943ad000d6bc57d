import { Binding, BindingParams, BindingRequest } from '@jackfield/contract/phone-user'
import { Problem } from '@jackfield/contract/problem'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { auditEntry } from './audit-entry.ts'

const schema = {
  operationId: 'bindExtension',
  summary: 'Bind a phone user to an extension of a phone system',
  tags: ['Bindings'],
  params: BindingParams,
  body: BindingRequest,
  response: { 200: Binding, 400: Problem, 404: Problem, 409: Problem },
}

export const bindExtension: FastifyPluginAsyncZod<Pick<Ports, 'bindings'>> = async (app, { bindings }) => {
  app.put('/tenants/:tenantId/users/:userId/bindings/:phoneSystemId', { schema }, async (request) => {
    const { params, body } = request
    const { tenantId, userId: target, phoneSystemId } = params
    const details = { phoneSystemId, extension: body.extension }
    const outcome = await bindings.put(params, body.extension, auditEntry(request, { action: 'binding.put', tenantId, target, details }))
    if (outcome.kind === 'bound') return outcome.binding
    if (outcome.kind !== 'taken') throw refuse(outcome.kind)
    const { holder } = outcome
    const message = `Extension ${body.extension} is taken by ${holder.displayName}.`
    throw refuse('extension-taken', { message, members: { holder } })
  })
}
