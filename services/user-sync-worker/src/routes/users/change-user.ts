import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { PhoneUser, PhoneUserPatch, UserParams } from '@jackfield/contract/roster/phone-user'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ticks } from '../../domain/user-ticks.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'changeUser',
  summary: 'Change the ticks of a phone user: sync, SSO enabled',
  description: 'Runs that were asked for earlier leave the ticks as they are set here, and import rules always do.',
  tags: ['Users'],
  params: UserParams,
  headers: IfMatch,
  body: PhoneUserPatch,
  response: { 200: PhoneUser },
  refusals: refusals('sso-needs-sync', 'user-not-found', 'version-conflict'),
}

export const changeUser: FastifyPluginAsyncZod<Pick<Ports, 'users'>> = async (app, { users }) => {
  app.patch('/tenants/:tenantId/users/:userId', { schema }, async (request, reply) => {
    const { params, body, headers } = request
    const { tenantId, userId } = params
    const entryFor = ({ sync, sso }: Ticks) =>
      auditEntry(request, {
        action: 'user.change-ticks',
        tenantId,
        target: userId,
        details: { sync: String(sync), sso: String(sso) },
      })
    const isSeen = (version: number) => isMatch(headers['if-match'], version)
    const outcome = await users.changeTicks(params, body, entryFor, isSeen)
    if (outcome !== 'done') throw refuse(outcome)

    const changed = await users.find(tenantId, userId)
    if (!changed) throw refuse('user-not-found')
    return reply.send(changed)
  })
}
