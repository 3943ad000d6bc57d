import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import { authenticate } from '../bearer.ts'
import { badRequest, GraphError } from '../graph-error.ts'
import { readExpiration, readSubscription, showSubscription } from './subscription.ts'

type ById = { Params: { id: string } }

const Renewal = z.strictObject({ expirationDateTime: z.string() })

/**
 * Change-notification subscriptions: created only when the addresses answer, visible only to the app that created them.
 */
export const subscriptions: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  const store = everywhere.subscriptions
  app.post('/subscriptions', async ({ headers, body }, reply) => {
    const caller = authenticate(headers.authorization, everywhere)
    const { cloud } = caller
    const subscription = readSubscription(body, caller)
    store.refuseSurplus(subscription, cloud.subscriptionLimits)
    for (const address of [subscription.notificationUrl, subscription.lifecycleNotificationUrl])
      if (address) await validateAddress(address, cloud.notifications.answerWithinMilliseconds)
    store.add(subscription)
    return reply.code(201).send(showSubscription(subscription, cloud.graphOrigin))
  })

  app.get('/subscriptions', async ({ headers }) => {
    const caller = authenticate(headers.authorization, everywhere)
    const { cloud } = caller
    const value = store
      .own(caller)
      .map((one) => ({ ...showSubscription(one, cloud.graphOrigin), '@odata.context': undefined }))
    return { '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#subscriptions`, value }
  })

  app.get<ById>('/subscriptions/:id', async ({ headers, params }) =>
    showSubscription(store.find(params.id, authenticate(headers.authorization, everywhere)), everywhere.graphOrigin),
  )

  app.patch<ById>('/subscriptions/:id', async ({ headers, params, body }) => {
    const caller = authenticate(headers.authorization, everywhere)
    const { cloud } = caller
    const subscription = store.find(params.id, caller)
    const renewal = Renewal.safeParse(body)
    if (!renewal.success) throw badRequest('Only expirationDateTime can be updated here.')
    subscription.expiresAt = readExpiration(renewal.data.expirationDateTime, cloud.clock.now())
    subscription.reauthorizeBy = undefined
    return showSubscription(subscription, cloud.graphOrigin)
  })

  app.post<ById>('/subscriptions/:id/reauthorize', async ({ headers, params }, reply) => {
    store.find(params.id, authenticate(headers.authorization, everywhere)).reauthorizeBy = undefined
    return reply.code(204).send()
  })

  app.delete<ById>('/subscriptions/:id', async ({ headers, params }, reply) => {
    store.remove(store.find(params.id, authenticate(headers.authorization, everywhere)).id)
    return reply.code(204).send()
  })
}

/** As Microsoft encodes it: a blank is `+`, and hex digits are lower-case. */
function formEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/%[0-9A-F]{2}/g, (encoded) => encoded.toLowerCase())
}

/** The address must return the token, decoded, as plain text; it contains characters that need encoding. */
async function validateAddress(address: string, withinMilliseconds: number): Promise<void> {
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`
  const url = `${address}${address.includes('?') ? '&' : '?'}validationToken=${formEncode(token)}`
  const failed = (why: string) =>
    new GraphError(
      400,
      'ValidationError',
      `Subscription validation request failed. ${why} Address: ${address.split('?')[0]}`,
    )
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    redirect: 'manual',
    // With a limit of 0 every answer is late, however fast the machine is.
    signal: withinMilliseconds > 0 ? AbortSignal.timeout(withinMilliseconds) : AbortSignal.abort(),
  }).catch(() => {
    throw failed('The address could not be reached in time.')
  })
  const text = await answer.text().catch(() => '')
  if (answer.status !== 200)
    throw failed(`Notification endpoint must respond with 200 OK to validation request, not ${answer.status}.`)
  if (!answer.headers.get('content-type')?.startsWith('text/plain')) throw failed('The answer must be text/plain.')
  if (text !== token) throw failed('The answer must be the validation token, decoded, and nothing else.')
}
