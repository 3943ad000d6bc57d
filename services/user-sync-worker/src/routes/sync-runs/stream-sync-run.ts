import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { type SyncRun, SyncRunParams } from '@jackfield/contract/microsoft/sync-run'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const POLL_MS = 300
const HEARTBEAT_MS = 15_000
/** After that the browser reconnects by itself. */
const LONGEST_MS = 10 * 60_000
const MOST_STREAMS = 300
const MOST_OF_TENANT = 25
const OVER: ReadonlySet<SyncRun['status']> = new Set(['succeeded', 'failed', 'cancelled'])

const schema = {
  operationId: 'streamSyncRun',
  summary: 'Follow a sync run: server-sent events, the run as data on each change, the event `end` when it is over',
  tags: ['Sync runs'],
  params: SyncRunParams,
  produces: ['text/event-stream'],
  response: {
    200: z.string().meta({ description: 'text/event-stream' }),
  },
  refusals: refusals('run-not-found', 'too-many-streams', 'temporarily-unavailable'),
}

export const streamSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs' | 'inScope'>> = async (app, { runs, inScope }) => {
  const closing = new AbortController()
  const slots = fairSlots(MOST_STREAMS, { tenant: MOST_OF_TENANT })
  // A stream outlives its request, and with it the request's scope.
  const find = sharedLooks(({ tenantId, runId }) => inScope(tenantId, () => runs.find(tenantId, runId)))
  app.addHook('preClose', async () => closing.abort())
  app.get('/tenants/:tenantId/sync-runs/:runId/events', { schema }, async ({ method, params, headers }, reply) => {
    const found = await find(params)
    if (!found) throw refuse('run-not-found')
    reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    if (method === 'HEAD') return reply.send('') // nobody reads the stream
    const release = slots.take({ tenant: params.tenantId })
    if (!release) throw refuse(slots.isFull() ? 'temporarily-unavailable' : 'too-many-streams', { retryAfter: 10 })

    const left = new AbortController()
    const stopping = AbortSignal.any([closing.signal, left.signal])
    const stream = Readable.from(follow(() => find(params), String(headers['last-event-id'] ?? ''), stopping))
    const end = () => {
      left.abort()
      release()
    }
    // Ends the stream as soon as the client leaves; a destroyed stream alone would run until the next event.
    for (const each of [stream, reply.raw]) each.once('close', end)
    return reply.send(stream as unknown as string)
  })
}

type Find = (params: z.infer<typeof SyncRunParams>) => ReturnType<Ports['runs']['find']>

/** Shares a look at a run among all its followers. */
function sharedLooks(find: Find): Find {
  const looks = new Map<string, ReturnType<Find>>()
  return (params) => {
    const key = `${params.tenantId} ${params.runId}`
    const look = looks.get(key) ?? find(params)
    if (!looks.has(key)) setTimeout(() => looks.delete(key), POLL_MS / 2).unref()
    looks.set(key, look)
    return look
  }
}

/** A client that reconnects with Last-Event-ID gets only what is new. */
async function* follow(find: () => ReturnType<Ports['runs']['find']>, lastEventId: string, stopping: AbortSignal) {
  yield 'retry: 1000\n\n'
  let told = lastEventId
  let quietMs = 0
  for (let elapsed = 0; elapsed < LONGEST_MS && !stopping.aborted; elapsed += POLL_MS) {
    const found = await find()
    if (!found) return
    const id = String(found.revision)
    const isOver = OVER.has(found.run.status)
    if (id !== told) yield `id: ${id}\ndata: ${JSON.stringify(found.run)}\n\n`
    if (isOver) {
      yield 'event: end\ndata: {}\n\n'
      return
    }
    quietMs = id === told ? quietMs + POLL_MS : 0
    told = id
    if (quietMs >= HEARTBEAT_MS) {
      quietMs = 0
      yield ': still here\n\n'
    }
    await sleep(POLL_MS, undefined, { signal: stopping }).catch(() => undefined)
  }
}
