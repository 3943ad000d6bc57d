import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
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

/** The application's own id for a request, as header or parameter, is its correlation id. */
export function correlationIdOf({ headers, query }: FastifyRequest): string | undefined {
  const asked = headers['client-request-id'] ?? (query as Record<string, unknown>)['client-request-id']
  return typeof asked === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(asked) ? asked : undefined
}

export function errorUri(cloud: Cloud, code: number): { error_uri?: string } {
  return cloud.entra.withoutErrorUri.includes(code) ? {} : { error_uri: `${cloud.origin}/error?code=${code}` }
}

/** The error document of the token endpoint and of discovery. */
export function refuseJson(reply: FastifyReply, cloud: Cloud, refusal: Refusal, status?: number) {
  const { code, error, suberror, claims, text } = explain(refusal)
  const trace = newTrace(cloud.clock.date(), correlationIdOf(reply.request))
  reply.code(status ?? (error === 'invalid_client' ? 401 : 400)).header('x-ms-request-id', trace.traceId)
  return reply.send({
    error,
    error_description: describe(text, trace, cloud.entra),
    error_codes: [code],
    timestamp: trace.timestamp,
    trace_id: trace.traceId,
    correlation_id: trace.correlationId,
    ...errorUri(cloud, code),
    ...(suberror && { suberror }),
    ...(claims && { claims }),
  })
}
