import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import plugin from 'fastify-plugin'
import type { Cloud } from '../cloud.ts'
import { describe, newTrace } from '../entra/errors/refusal.ts'
import type { FaultEffect } from './fault.ts'
import { retryAfter } from './graph-faults.ts'

/** Applies planned faults to the token endpoint and discovery: an Entra error document, or a late answer. */
export const entraFaults = plugin<{ cloud: Cloud }>(async (app, { cloud }) => {
  app.addHook('onRequest', async (request, reply) => {
    const effect = cloud.faults.take(request.method, request.url.split('?')[0] ?? '')
    if (effect?.kind === 'slow') await wait(effect.milliseconds)
    return effect?.kind === 'refuse' ? refuse(effect, reply, cloud) : undefined
  })
})

function refuse(effect: Extract<FaultEffect, { kind: 'refuse' }>, reply: FastifyReply, cloud: Cloud) {
  const trace = newTrace(cloud.clock.date())
  if (effect.retryAfter !== undefined) reply.header('retry-after', retryAfter(effect.retryAfter, cloud))
  return reply
    .code(effect.status)
    .header('x-ms-request-id', trace.traceId)
    .send({
      error: effect.code ?? 'temporarily_unavailable',
      error_description: describe(
        effect.message ?? 'AADSTS90033: A transient error has occurred. Please try again.',
        trace,
        cloud.entra,
      ),
      error_codes: [90033],
      timestamp: trace.timestamp,
      trace_id: trace.traceId,
      correlation_id: trace.correlationId,
    })
}
