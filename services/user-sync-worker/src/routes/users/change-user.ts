import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { Problem } from '@jackfield/contract/http/problem'
import { PhoneUser, PhoneUserPatch, UserParams } from '@jackfield/contract/roster/phone-user'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { decideTicks } from '../../domain/user-ticks.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'changeUser',
  summary: 'Change the ticks of a phone user: sync, SSO enabled',
  tags: ['Users'],
  params: UserParams,
  headers: IfMatch,
  body: PhoneUserPatch,
  response: { 200: PhoneUser, 400: Problem, 404: Problem, 412: Problem },
}

export const changeUser: FastifyPluginAsyncZod<Pick<Ports, 'users'>> = async (app, { users }) => {
  app.patch('/tenants/:tenantId/users/:userId', { schema }, async (request, reply) => {
    const { params, body, headers } = request
    const user = await users.find(params.tenantId, params.userId)
    if (!user) throw refuse('user-not-found')
    if (!isMatch(headers['if-match'], user.version)) throw refuse('version-conflict')

    const decision = decideTicks(user, body)
    if (decision.kind === 'sso-needs-sync') throw refuse('sso-needs-sync')
    if (decision.kind === 'unchanged') return reply.header('etag', entityTag(user.version)).send(user)
    const { sync, sso } = decision.ticks
    const entry = auditEntry(request, {
      action: 'user.change-ticks',
      tenantId: params.tenantId,
      target: user.id,
      details: { sync: String(sync), sso: String(sso) },
    })
    if (!(await users.changeTicks(params.tenantId, user.id, user.version, decision.ticks, entry)))
      throw refuse('version-conflict')

    const changed = await users.find(params.tenantId, params.userId)
    if (!changed) throw refuse('user-not-found')
    return reply.header('etag', entityTag(changed.version)).send(changed)
  })
}
