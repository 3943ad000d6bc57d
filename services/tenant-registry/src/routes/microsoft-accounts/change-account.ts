import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, MicrosoftAccount, MicrosoftAccountPatch } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { disconnectAccount } from '../../accounts/disconnect-account.ts'
import { isMoved, mayHavePeople, patched, presentAccount } from '../../domain/microsoft-account.ts'
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
  response: {
    200: MicrosoftAccount,
  },
  refusals: refusals('ids-equal', 'account-not-found', 'alias-taken', 'version-conflict', 'roster-unavailable'),
}

const REGISTRATION = ['clientId', 'directoryId', 'cloud', 'redirectPlatform'] as const

export const changeAccount: FastifyPluginAsyncZod<
  Pick<Ports, 'accounts' | 'administrators' | 'roster' | 'now'>
> = async (app, ports) => {
  const { accounts, roster, now } = ports
  app.patch('/tenants/:tenantId/microsoft-accounts/:accountId', { schema }, async (request, reply) => {
    const { body, params, headers } = request
    const read = await accounts.find(params.tenantId, params.accountId)
    if (!read) throw refuse('account-not-found')
    if (!isMatch(headers['if-match'], read.version)) throw refuse('version-conflict')

    const values = patched(read, body, now())
    const isOther = REGISTRATION.some((member) => values[member] !== read[member])
    if (isOther) await requireVouchingReach(ports, request.caller, read.tenantId)
    if (values.clientId === values.directoryId) throw refuse('ids-equal')

    // Nobody of the directory before stays signed in, and none of its runs goes on (T-129).
    const isRemoval = isMoved(read, values) && mayHavePeople(read)
    const base = isRemoval ? await disconnectAccount(ports, request, read, body.alias) : read
    const { status, offSince } = values
    const isOff = status === 'disabled' && read.status !== 'disabled'
    const details = {
      changed: Object.keys(body).join(','),
      status,
      ...(isRemoval && { people: 'disconnected' }),
      ...(isOff && offSince && { disablements: 'no longer arrive' }),
    }
    const action = isOff ? 'microsoft-account.switch-off' : 'microsoft-account.change'
    const entry = auditEntry(request, { action, tenantId: read.tenantId, target: read.id, details })
    const account = await accounts.change(base, values, undefined, entry)
    if (typeof account === 'string') throw refuse(account)
    if (body.endSessions && (await roster.endSessions(read.tenantId, read.id)) === 'unavailable')
      throw refuse('roster-unavailable', {
        detail: 'The account is switched off; ask again to end the sessions.',
      })
    return reply.send(presentAccount(account, now()))
  })
}
