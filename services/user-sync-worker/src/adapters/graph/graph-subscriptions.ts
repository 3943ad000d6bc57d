import { z } from 'zod'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import type { GraphSubscriptions, SubscriptionAnswer } from '../../ports.ts'
import type { GraphAnswer, GraphClient } from './graph-client.ts'

/** Graph allows just under 29 days; with a week an abandoned subscription ends soon. */
const LIFE_MS = 7 * 24 * 3_600_000

const UNTOLD_LIFE_MS = 3_600_000

const Subscription = z.object({ id: z.guid(), expirationDateTime: z.string() })
const Nothing = z.null()

/** Change notifications of a directory's users. Graph sends `updated` for created users too. */
export function graphSubscriptions(
  graph: GraphClient,
  webhookBaseUrl: string | undefined,
): GraphSubscriptions | undefined {
  if (webhookBaseUrl === undefined) return undefined
  const expiry = () => new Date(Date.now() + LIFE_MS).toISOString()
  return {
    async create(connection, clientState) {
      const address = `${webhookBaseUrl}/webhooks/graph/${connection.accountId}`
      const body = {
        changeType: 'updated,deleted',
        resource: 'users',
        notificationUrl: address,
        lifecycleNotificationUrl: `${address}/lifecycle`,
        expirationDateTime: expiry(),
        clientState,
        latestSupportedTlsVersion: 'v1_2',
      }
      return read(await graph.ask(connection, { method: 'post', path: '/subscriptions', body }, Subscription))
    },
    async renew(connection, id) {
      const request = { method: 'patch', path: `/subscriptions/${id}`, body: { expirationDateTime: expiry() } } as const
      return read(await graph.ask(connection, request, Subscription))
    },
    async delete(connection, id) {
      const answer = await graph.ask(connection, { method: 'delete', path: `/subscriptions/${id}` }, Nothing)
      return answer.kind === 'answer' || isMissing(answer) ? 'deleted' : answer
    },
  }
}

function read(answer: GraphAnswer<z.infer<typeof Subscription>>): SubscriptionAnswer {
  if (answer.kind !== 'answer') return isMissing(answer) ? { kind: 'missing' } : answer
  return { kind: 'subscribed', id: answer.body.id.toLowerCase(), expiresAt: endOf(answer.body.expirationDateTime) }
}

/** No later than was asked for. A date that is none, or over, is no end to wait for: renewed within the hour (T-125). */
function endOf(told: string): Date {
  const time = Date.parse(told)
  const now = Date.now()
  return new Date(time > now ? Math.min(time, now + LIFE_MS) : now + UNTOLD_LIFE_MS)
}

function isMissing(failure: DirectoryFailure): boolean {
  return failure.kind === 'rejected' && /NotFound$|^HTTP 404$/.test(failure.code)
}
