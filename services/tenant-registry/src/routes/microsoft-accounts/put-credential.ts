import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { CREDENTIAL_REFUSALS, refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, MicrosoftAccount, NewCredential } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { sealCredential } from '../../credentials/sealed-credential.ts'
import { chooseStandIn } from '../../domain/connection/credential-rotation.ts'
import { presentAccount, withNewCredential } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'putMicrosoftAccountCredential',
  summary: 'Set the credential; it is never shown again, and the one before stands in until it is proven',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  headers: IfMatch,
  body: NewCredential,
  response: {
    200: MicrosoftAccount,
  },
  refusals: refusals('account-not-found', 'version-conflict', ...CREDENTIAL_REFUSALS),
}

export const putCredential: FastifyPluginAsyncZod<
  Pick<Ports, 'accounts' | 'vault' | 'now' | 'certificates' | 'federatedToken'>
> = async (app, ports) => {
  app.put(
    '/tenants/:tenantId/microsoft-accounts/:accountId/credential',
    { schema, config: { handOver: true } },
    async (request, reply) => {
      const { body, params, headers } = request
      const read = await ports.accounts.find(params.tenantId, params.accountId)
      if (!read) throw refuse('account-not-found')
      if (!isMatch(headers['if-match'], read.version)) throw refuse('version-conflict')

      const sealed = await sealCredential(ports, params, body)
      const details = { type: body.type, expiresAt: sealed.summary.expiresAt ?? 'never' }
      const entry = auditEntry(request, {
        action: 'microsoft-account.set-credential',
        tenantId: read.tenantId,
        target: read.id,
        details,
      })
      const replacement = { sealed, standIn: chooseStandIn(read, ports.now()) }
      const account = await ports.accounts.change(read, withNewCredential(read), replacement, entry)
      if (typeof account === 'string') throw refuse(account)
      return reply.send(presentAccount(account, ports.now()))
    },
  )
}
