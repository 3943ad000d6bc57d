import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { Problem } from '@jackfield/contract/http/problem'
import { AccountParams, MicrosoftAccount, MicrosoftAccountPatch } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { patched, presentAccount } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import { requireVouchingReach } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'changeMicrosoftAccount',
  summary: 'Change a Microsoft account, or switch it off and on',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  headers: IfMatch,
  body: MicrosoftAccountPatch,
  response: { 200: MicrosoftAccount, 400: Problem, 403: Problem, 404: Problem, 409: Problem, 412: Problem },
}

const REGISTRATION = ['clientId', 'directoryId', 'cloud', 'redirectPlatform'] as const

export const changeAccount: FastifyPluginAsyncZod<Pick<Ports, 'accounts' | 'administrators' | 'now'>> = async (
  app,
  ports,
) => {
  const { accounts, now } = ports
  app.patch('/tenants/:tenantId/microsoft-accounts/:accountId', { schema }, async (request, reply) => {
    const { body, params, headers } = request
    const read = await accounts.find(params.tenantId, params.accountId)
    if (!read) throw refuse('account-not-found')
    if (!isMatch(headers['if-match'], read.version)) throw refuse('version-conflict')

    const values = patched(read, body)
    const isOther = REGISTRATION.some((member) => values[member] !== read[member])
    if (isOther) await requireVouchingReach(ports, request.caller, read.tenantId)
    if (values.clientId === values.directoryId) throw refuse('ids-equal')

    const details = { changed: Object.keys(body).join(','), status: values.status }
    const entry = auditEntry(request, {
      action: 'microsoft-account.change',
      tenantId: read.tenantId,
      target: read.id,
      details,
    })
    const account = await accounts.change(read, values, undefined, entry)
    if (typeof account === 'string') throw refuse(account)
    return reply.header('etag', entityTag(account.version)).send(presentAccount(account, now()))
  })
}
