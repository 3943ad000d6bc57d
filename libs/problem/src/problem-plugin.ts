import { PROBLEMS, type ProblemCode } from '@jackfield/contract/http/problems/catalogue'
import type { Problem } from '@jackfield/contract/http/problems/problem'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { AppError } from './app-error.ts'
import { isLostStore } from './lost-store.ts'
import { refuse } from './refuse.ts'
import { UnavailableError } from './unavailable-error.ts'

const FRAMEWORK_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Where each code of a problem has its page: the code is appended. */
    problemPages: string
  }
}

/** Where the platform with this base URL has its page about each code: on the Control host. */
export function problemPages(baseUrl: string): string {
  const { protocol, host } = new URL(baseUrl)
  return `${protocol}//control.${host}/api/v1/problems/`
}

/**
 * The one place that turns an error into a response: RFC 9457 problem details, logged once, with nothing of the inside.
 * `pages` is the address under which each code has its page.
 */
export const problemPlugin = plugin<{ pages?: string | undefined }>(async (app, { pages }) => {
  app.decorate('problemPages', pages ?? '/api/v1/problems/')
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) => send(request, reply, refuse('not-found')))
})

/**
 * For Fastify's `frameworkErrors`: what the router refuses before there is a route. Its message repeats the address,
 * query included, so it stays out of the log.
 */
export function answerAddressError({ statusCode }: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const refusal =
    statusCode === 414 ? refuse('uri-too-long') : refuse('invalid-request', { detail: 'The address is not valid.' })
  return answerError(refusal, request, reply.header('x-request-id', request.id))
}

function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) {
  const refusal = error instanceof AppError ? error : refusalOf(error)
  // The others ask a starting service every second: that is no fault.
  const isFault = refusal.status >= 500 && refusal.code !== 'starting'
  const log = isFault ? request.log.error.bind(request.log) : request.log.info.bind(request.log)
  log({ err: error, code: refusal.code }, 'request refused')
  return send(request, reply, refusal)
}

function refusalOf(error: FastifyError): AppError {
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (isUnstorableText(error))
    return refuse('invalid-request', { detail: 'The request contains a character that cannot be stored.' })
  if (isUnavailable(error)) return refuse('temporarily-unavailable')
  if (status === undefined || status < 400 || status >= 500) return refuse('internal-error')
  const code = FRAMEWORK_CODES[error.code]
  return code ? refuse(code) : new AppError(status, 'invalid-request', PROBLEMS['invalid-request'].title)
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

function send(request: FastifyRequest, reply: FastifyReply, refusal: AppError) {
  const { status, code, title, detail, members } = refusal
  const retryAfter = refusal.retryAfter ?? (status === 503 ? 2 : undefined)
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', String(retryAfter))
  // RFC 9110 15.5.2
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer')
  const type = `${request.server.problemPages}${code}`
  const problem: Problem = { type, title, status, ...(detail !== undefined && { detail }), code, ...members }
  return reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ ...problem, requestId: request.id })
}
