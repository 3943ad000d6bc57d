import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Cloud } from '../cloud.ts'
import { cloudOfRequest } from '../directory-of-request.ts'
import type { Refusal } from '../entra/errors/aadsts.ts'
import { refuseJson } from '../entra/errors/refusal.ts'
import type { FaultEffect } from './fault.ts'
import { takeFault } from './faults.ts'
import { retryAfter } from './graph-faults.ts'
import { spoilBody } from './spoilt-bodies.ts'

type AadstsEffect = Extract<FaultEffect, { kind: 'aadsts' }>
type RefuseEffect = Extract<FaultEffect, { kind: 'refuse' }>

/** Planned faults befall the token and device endpoints, discovery and the keys. */
export const entraFaults = plugin<{ cloud: Cloud }>(async (app, { cloud: everywhere }) => {
  const effects = new WeakMap<FastifyRequest, FaultEffect>()
  app.addHook('onRequest', async (request, reply) => {
    const effect = takeFault(everywhere, request)
    if (!effect) return undefined
    const cloud = cloudOfRequest(request, everywhere)
    effects.set(request, effect)
    if (effect.kind === 'slow') await wait(effect.milliseconds)
    if (effect.kind === 'foreign-answer') return reply.code(effect.status).type('text/html').send(effect.body)
    if (effect.kind === 'aadsts') return refuseJson(reply, cloud, refusalOf(effect), effect.status)
    return effect.kind === 'refuse' ? refuse(effect, reply, cloud) : undefined
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string') return payload
    const effect = effects.get(request)
    if (effect?.kind === 'odd-property')
      return JSON.stringify({ ...JSON.parse(payload), [effect.property]: effect.value })
    return spoilBody(effect, reply, payload)
  })
})

export function refusalOf({ code, error, text, suberror, claims }: AadstsEffect): Refusal {
  return {
    code,
    ...(error !== undefined && { error }),
    ...(text !== undefined && { text }),
    ...(suberror !== undefined && { suberror }),
    ...(claims !== undefined && { claims }),
  }
}

/** A status without a number of its own: 90033 unless told otherwise, as captured of a busy Entra ID. */
function refuse({ status, code, message, retryAfter: after }: RefuseEffect, reply: FastifyReply, cloud: Cloud) {
  if (after !== undefined) reply.header('retry-after', retryAfter(after, cloud))
  const text = message?.replace(/^AADSTS\d+: /, '') ?? 'A transient error has occurred. Please try again.'
  return refuseJson(reply, cloud, { code: 90033, error: code ?? 'temporarily_unavailable', text }, status)
}
