import type { FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

const HOLDER = /^hand-over:([0-9a-f-]{36})$/

/**
 * Confines the holder of a hand-over link to the link's account, on routes with `config.handOver`. The link is read at
 * each request, so its end ends the sessions that it opened (S3).
 */
export function confineHandOver({ handOverLinks, now }: Pick<Ports, 'handOverLinks' | 'now'>) {
  return async ({ caller, params }: FastifyRequest): Promise<void> => {
    if (caller.role !== 'hand-over') return
    const linkId = HOLDER.exec(caller.sub)?.[1]
    const reached = linkId === undefined ? undefined : await handOverLinks.accountOf(caller.scope, linkId, now())
    if (reached === undefined) throw refuse('hand-over-ended')
    const { accountId } = params as { accountId?: string }
    if (accountId !== undefined && accountId !== reached) throw refuse('account-not-found')
  }
}
