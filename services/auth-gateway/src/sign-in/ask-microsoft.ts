import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { workingConnection } from './working-connection.ts'

type Asked = { tenantId: string; accountId: string; redirectUri: string; nonce: string; verifier: string }

/** Redeems the code of an answer whose delivery was checked, or reads why there is none. */
export async function askMicrosoft(
  ports: Pick<Ports, 'registry' | 'microsoft'>,
  request: FastifyRequest,
  pending: Asked,
  answer: URLSearchParams,
  state: string,
) {
  if (answer.has('error')) return ports.microsoft.readErrorAnswer(answer)
  if (!answer.has('code')) return { kind: 'rejected', reason: 'no code' } as const
  const connection = await ports.registry.findConnection(pending.tenantId, pending.accountId)
  if (!connection?.enabled) throw refuse('account-not-found')
  const { redirectUri, nonce, verifier } = pending
  return ports.microsoft.redeem(await workingConnection(ports, request, connection), answer, {
    redirectUri,
    state,
    nonce,
    verifier,
  })
}
