import type { Problem } from '@jackfield/contract/http/problem'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { AppError } from './app-error.ts'
import { isLostStore } from './lost-store.ts'
import { UnavailableError } from './unavailable-error.ts'

const FRAMEWORK_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
}

/**
 * The one place that turns an error into a response: RFC 9457 problem details, logged once, with nothing of the inside.
 */
export const problemPlugin = plugin(async (app) => {
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) =>
    send(request, reply, problemOf(404, 'not-found', 'There is nothing at this address.')),
  )
})

/**
 * For Fastify's `frameworkErrors`: what the router refuses before there is a route. Its message repeats the address,
 * query included, so it stays out of the log.
 */
export function answerAddressError({ statusCode }: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const refusal =
    statusCode === 414
      ? new AppError(414, 'uri-too-long', 'The address is too long.')
      : new AppError(400, 'invalid-request', 'The address is not valid.')
  return answerError(refusal, request, reply.header('x-request-id', request.id))
}

function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) {
  const problem = describe(error)
  // The others ask a starting service every second: that is no fault.
  const isFault = problem.status >= 500 && problem.code !== 'starting'
  const log = isFault ? request.log.error.bind(request.log) : request.log.info.bind(request.log)
  log({ err: error, code: problem.code }, 'request refused')
  if (error instanceof AppError && error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter))
  return send(request, reply, problem)
}

function describe(error: FastifyError | AppError): Problem {
  if (error instanceof AppError) return { ...problemOf(error.status, error.code, error.message), ...error.members }
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (isUnstorableText(error))
    return problemOf(400, 'invalid-request', 'The request contains a character that cannot be stored.')
  if (isUnavailable(error))
    return problemOf(503, 'temporarily-unavailable', 'A part of the service is not available just now.')
  if (status !== undefined && status >= 400 && status < 500) {
    return problemOf(
      status,
      FRAMEWORK_CODES[error.code] ?? 'invalid-request',
      status === 413 ? 'The body is too large.' : 'The request is not valid.',
    )
  }
  return problemOf(500, 'internal-error', 'Something went wrong on our side.')
}

/**
 * Postgres stores no NUL and no broken encoding: SQLSTATE 22021 in text, 22P05 in JSON. Input, therefore never a 500.
 */
function isUnstorableText(error: Error): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && (cause.code === '22021' || cause.code === '22P05')) return true
  }
  return false
}

function isUnavailable(error: Error): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof UnavailableError) return true
  return isLostStore(error)
}

function problemOf(status: number, code: string, title: string): Problem {
  return { type: `urn:jackfield:problem:${code}`, title, status, code }
}

function send(request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  if (problem.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '2')
  return reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ ...problem, requestId: request.id })
}
