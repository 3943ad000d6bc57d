import replyFrom from '@fastify/reply-from'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Backend, chooseBackend, isPlainPath } from '../domain/edge-route.ts'
import { refuse } from '../errors.ts'
import type { BackendToken } from '../ports.ts'

export type Backends = Readonly<Record<Backend, string>>
const PREFIX = '/api/v1'

/** What goes on to the service behind. Everything else a client sends stays here: cookies, forwarded headers, its own credential. */
const PASSED = ['accept', 'accept-encoding', 'accept-language', 'if-match', 'if-none-match', 'last-event-id', 'user-agent']
const ANSWERED_BY_US = [
  'set-cookie',
  'strict-transport-security',
  'x-request-id',
  'server',
  'connection',
  'keep-alive',
  'access-control-allow-origin',
]

/** The admin API's door: the call goes on with a token of ours that says who calls; the service behind decides what they may. */
export const forwardAdminApi: FastifyPluginAsync<{ backends: Backends; backendToken: BackendToken }> = async (app, options) => {
  const { backends, backendToken } = options
  // Bodies pass as bytes, bounded by the server's limit; the service behind validates them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  await app.register(replyFrom, {
    disableRequestLogging: true,
    contentTypesToEncode: [],
    undici: { headersTimeout: 30_000, bodyTimeout: 120_000, connect: { timeout: 2_000 } },
  })

  app.all(`${PREFIX}/*`, async (request, reply) => {
    const path = (request.url.split('?')[0] ?? '').slice(PREFIX.length)
    if (!isPlainPath(path)) throw refuse('invalid-path')
    const backend = chooseBackend(path)
    reply.header('cache-control', 'no-store')
    const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null
    return reply.from(backends[backend] + PREFIX + path, {
      // Null, for of a body that is not named here the proxy would read the type, and write JSON anew.
      body,
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      rewriteRequestHeaders: (_raw, headers) => ({
        ...pick(request, PASSED),
        ...(body && { 'content-length': headers['content-length'], 'content-type': headers['content-type'] }),
        host: new URL(backends[backend]).host,
        'x-request-id': request.id,
        authorization: `Bearer ${backendToken(backend, request.principal)}`,
      }),
      rewriteHeaders: (headers) =>
        Object.fromEntries(Object.entries(headers).filter(([name]) => !ANSWERED_BY_US.includes(name.toLowerCase()))),
      onError: (failed, { error }) => {
        request.log.error({ err: error, backend }, 'service behind the admin API does not answer')
        const problem = { type: 'urn:jackfield:problem:temporarily-unavailable', title: 'A part of the service is not available just now.' }
        failed
          .status(503)
          .header('retry-after', '2')
          .type('application/problem+json')
          .send(JSON.stringify({ ...problem, status: 503, code: 'temporarily-unavailable', requestId: request.id }))
      },
    })
  })
}

function pick(request: FastifyRequest, names: readonly string[]) {
  return Object.fromEntries(names.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])))
}
