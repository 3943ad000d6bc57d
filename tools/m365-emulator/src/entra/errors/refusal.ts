import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import type { EntraSettings } from '../settings.ts'
import { explain, type Refusal } from './aadsts.ts'

export type Trace = { traceId: string; correlationId: string; timestamp: string }

export function newTrace(now: Date, correlationId?: string): Trace {
  return {
    traceId: randomUUID(),
    correlationId: correlationId ?? randomUUID(),
    timestamp: `${now.toISOString().slice(0, 19).replace('T', ' ')}Z`, // separated by a space, unlike ISO 8601
  }
}

export function describe(
  text: string,
  { traceId, correlationId, timestamp }: Trace,
  { descriptionSeparator }: EntraSettings,
): string {
  const separator = descriptionSeparator === 'space' ? ' ' : '\r\n'
  return [text, `Trace ID: ${traceId}`, `Correlation ID: ${correlationId}`, `Timestamp: ${timestamp}`].join(separator)
}

/** The error document of the token endpoint and of discovery. */
export function refuseJson(reply: FastifyReply, cloud: Cloud, refusal: Refusal) {
  const { code, error, suberror, text } = explain(refusal)
  const trace = newTrace(cloud.clock.date())
  reply.code(error === 'invalid_client' ? 401 : 400).header('x-ms-request-id', trace.traceId)
  return reply.send({
    error,
    error_description: describe(text, trace, cloud.entra),
    error_codes: [code],
    timestamp: trace.timestamp,
    trace_id: trace.traceId,
    correlation_id: trace.correlationId,
    ...(cloud.entra.errorUri && { error_uri: `${cloud.origin}/error?code=${code}` }),
    ...(suberror && { suberror }),
  })
}
