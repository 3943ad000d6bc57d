import {
  type GraphNotification,
  GraphNotifications,
  NotificationParams,
  NotificationQuery,
} from '@jackfield/contract/microsoft/graph-notification'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { wakeSyncRuns } from '../http/wake-sync-runs.ts'
import type { Ports } from '../ports.ts'

type Needs = Pick<Ports, 'subscriptions' | 'schedule' | 'queue' | 'inScope'>

const LARGEST_BODY = 1_048_576
const schema = {
  hide: true,
  params: NotificationParams,
  querystring: NotificationQuery,
  body: GraphNotifications,
  response: { 202: z.void() },
}
/** Maximum refused elements of a batch that the log names by position. */
const MOST_NAMED = 10

/** Where Microsoft Graph posts. A notification is a mark on the account's row, committed before the answer (T-81). */
export const receiveNotifications: FastifyPluginAsync<Needs> = async (app, ports) => {
  app.addHook('onRequest', answerHandshake)
  await app.register(changes, ports)
  await app.register(lifecycle, ports)
}

const changes: FastifyPluginAsyncZod<Needs> = async (app, ports) => {
  const { subscriptions } = ports
  const wake = wakeSyncRuns(ports, (error) => app.log.warn({ err: error }, 'a notified change waits for the schedule'))
  app.post('/webhooks/graph/:accountId', { bodyLimit: LARGEST_BODY, schema }, async (request, reply) => {
    const { accountId } = request.params
    const known = await judge(subscriptions.hear, subscriptions, request, accountId, request.body.value)
    if (known.includes(true)) wake()
    return reply.status(202).send()
  })
}

const lifecycle: FastifyPluginAsyncZod<Needs> = async (app, { subscriptions }) => {
  app.post('/webhooks/graph/:accountId/lifecycle', { bodyLimit: LARGEST_BODY, schema }, async (request, reply) => {
    const { accountId } = request.params
    const known = await judge(subscriptions.judge, subscriptions, request, accountId, request.body.value)
    const events = request.body.value.map(({ lifecycleEvent }, index) => (known[index] ? lifecycleEvent : undefined))
    for (const event of new Set(events)) if (event !== undefined) await subscriptions.follow(accountId, event)
    return reply.status(202).send()
  })
}

/** Echoes the decoded token as plain text and does nothing else: the body is not read (T-80, WH-13). */
async function answerHandshake(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { validationToken } = request.query as { validationToken?: unknown }
  if (typeof validationToken !== 'string' || validationToken.length > 4096) return undefined
  return reply
    .status(200)
    .headers({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .send(validationToken)
}

/** Which notifications come from our subscription. A forged one gets the same answer, and is audited once a minute. */
async function judge(
  ask: Needs['subscriptions']['judge'],
  subscriptions: Needs['subscriptions'],
  request: FastifyRequest,
  accountId: string,
  value: readonly GraphNotification[],
): Promise<boolean[]> {
  const known = await ask(accountId, value)
  const refused = known.flatMap((isOurs, index) => (isOurs ? [] : [index]))
  if (refused.length > 0) {
    const places = { accountId, of: value.length, refused: refused.length, at: refused.slice(0, MOST_NAMED) }
    request.log.warn(places, 'notifications that are not from our subscription')
    await subscriptions.noteRefusal(accountId, (tenantId) => ({
      tenantId,
      actor: 'microsoft-graph',
      action: 'notification.refuse',
      outcome: 'refused',
      target: accountId,
      requestId: request.id,
    }))
  }
  return known
}
