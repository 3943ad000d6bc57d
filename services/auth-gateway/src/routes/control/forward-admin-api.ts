import replyFrom from '@fastify/reply-from'
import { whenConnectionCloses } from '@jackfield/http-server/connection-close'
import { fairQueue } from '@jackfield/http-server/fair-queue'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import { pauseBeforeRetry } from '@jackfield/internal-token/retry'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { CALLS, callerOf, chooseBackend, isPlainPath, STREAMS } from '../../domain/admin-api.ts'
import { refuse } from '../../errors.ts'
import { pathOf } from '../../http/requests.ts'
import type { Backends, BackendToken } from '../../ports.ts'

const PREFIX = '/api/v1'

/** Request headers that are forwarded. Cookies, forwarded headers and the client's credential are not. */
const PASSED = [
  'accept',
  'accept-encoding',
  'accept-language',
  'if-match',
  'if-none-match',
  'last-event-id',
  'user-agent',
]
const ANSWERED_BY_US = [
  'set-cookie',
  'strict-transport-security',
  'x-request-id',
  'server',
  'connection',
  'keep-alive',
  'access-control-allow-origin',
]

type Options = { backends: Backends; backendToken: BackendToken }

/** Forwards calls of the admin API with a token for the caller; the service behind decides what the caller may do. */
export const forwardAdminApi: FastifyPluginAsync<Options> = async (app, options) => {
  // Bodies pass as bytes, limited by the server's maximum; the service behind validates them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  await app.register(forwardStreams, options)
  await app.register(forwardCalls, options)
}

const forwardStreams: FastifyPluginAsync<Options> = async (app, options) => {
  await app.register(replyFrom, proxying(STREAMS.atOnce))
  const slots = fairSlots(STREAMS.atOnce, { caller: STREAMS.ofCaller })
  const streams = new Set<FastifyReply>()
  // A stream ends by itself after minutes; its client comes back to another replica.
  app.addHook('preClose', async () => {
    for (const { raw } of streams) raw.destroy()
  })
  app.route({
    method: 'GET',
    url: `${PREFIX}/tenants/:tenantId/sync-runs/:runId/events`,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const path = plainPathOf(request)
      const release = slots.take({ caller: callerOf(request.principal) })
      if (!release) throw refuse(slots.isFull() ? 'temporarily-unavailable' : 'too-many-streams', { retryAfter: 10 })
      streams.add(reply)
      const leave = () => {
        streams.delete(reply)
        release()
      }
      return forward(request, reply, { ...options, path, release: leave })
    },
  })
}

const forwardCalls: FastifyPluginAsync<Options> = async (app, options) => {
  await app.register(replyFrom, proxying(CALLS.atOnce))
  const newQueue = () => {
    const slots = fairSlots(CALLS.atOnce, { caller: CALLS.ofCaller })
    return { slots, queue: fairQueue(slots, fairSlots(CALLS.waiting, { caller: CALLS.waitingOfCaller }), CALLS.waitMs) }
  }
  const queues = { 'tenant-registry': newQueue(), 'user-sync-worker': newQueue() }
  app.all(`${PREFIX}/*`, async (request, reply) => {
    const path = plainPathOf(request)
    const { slots, queue } = queues[chooseBackend(path)]
    const release = await queue.enter({ caller: callerOf(request.principal) })
    if (!release) throw refuse(slots.isFull() ? 'temporarily-unavailable' : 'too-many-calls', { retryAfter: 2 })
    // The client left while it waited.
    if (request.raw.socket.destroyed) {
      release()
      return reply.hijack()
    }
    return forward(request, reply, { ...options, path, release })
  })
}

/**
 * One connection for each slot, so that nothing queues inside the proxy. Unanswered requests are retried, those refused
 * for lack of a slot are not.
 */
const proxying = (connections: number) => ({
  disableRequestLogging: true,
  contentTypesToEncode: [],
  undici: { connections, headersTimeout: 30_000, bodyTimeout: 120_000, connect: { timeout: 2_000 } },
})

type Call = Options & { path: string; release: () => void }

function forward(request: FastifyRequest, reply: FastifyReply, { backends, backendToken, path, release }: Call) {
  const slot = holdSlot(reply, release)
  try {
    const backend = chooseBackend(path)
    reply.header('cache-control', 'no-store')
    const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null
    return reply.from(backends[backend] + PREFIX + path, {
      // For undefined the proxy would serialise JSON again.
      body,
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      retryDelay: ({ err, attempt }) => pauseBeforeRetry(request.method, err, attempt) ?? null,
      rewriteRequestHeaders: (_raw, headers) => ({
        ...pick(request, PASSED),
        ...(body && { 'content-length': headers['content-length'], 'content-type': headers['content-type'] }),
        host: new URL(backends[backend]).host,
        'x-request-id': request.id,
        authorization: `Bearer ${backendToken(backend, request.principal)}`,
      }),
      rewriteHeaders: (headers) => {
        slot.answered()
        return Object.fromEntries(
          Object.entries(headers).filter(([name]) => !ANSWERED_BY_US.includes(name.toLowerCase())),
        )
      },
      onError: (failed, { error }) => {
        slot.release()
        failed.send(refuse('temporarily-unavailable', { cause: error, retryAfter: 2 }))
      },
    })
  } catch (error) {
    slot.release()
    throw error
  }
}

/**
 * Holds a slot while a forwarded call uses a connection: until the answer is sent, and without a client until the service
 * has answered, which `answered` tells.
 */
function holdSlot({ raw }: FastifyReply, release: () => void) {
  let [isAnswered, isClosed] = [false, false]
  const end = () => {
    takeBack()
    release()
  }
  const close = () => {
    isClosed = true
    // An answer still being sent to a closed connection would hold the connection to the service behind.
    raw.destroy()
    if (isAnswered) end()
  }
  const takeBack = whenConnectionCloses(raw.req.socket, close)
  raw.once('close', close)
  return {
    answered() {
      isAnswered = true
      if (isClosed) end()
    },
    release: end,
  }
}

function plainPathOf(request: FastifyRequest): string {
  const path = pathOf(request).slice(PREFIX.length)
  if (!isPlainPath(path)) throw refuse('invalid-path')
  return path
}

function pick(request: FastifyRequest, names: readonly string[]) {
  return Object.fromEntries(
    names.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])),
  )
}
