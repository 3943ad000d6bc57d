import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@jackfield/contract/problem'
import { type SyncRun, SyncRunParams } from '@jackfield/contract/sync-run'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

const POLL_MS = 300
const HEARTBEAT_MS = 15_000
/** Then the browser connects again by itself. */
const LONGEST_MS = 10 * 60_000
const MOST_STREAMS = 500
const OVER: ReadonlySet<SyncRun['status']> = new Set(['succeeded', 'failed', 'cancelled'])

const schema = {
  operationId: 'streamSyncRun',
  summary: 'Follow a sync run: server-sent events, the run as data on each change, the event `end` when it is over',
  tags: ['Sync runs'],
  params: SyncRunParams,
  produces: ['text/event-stream'],
  response: { 200: z.string().meta({ description: 'text/event-stream' }), 404: Problem, 503: Problem },
}

export const streamSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs' | 'inScope'>> = async (app, { runs, inScope }) => {
  const closing = new AbortController()
  let streams = 0
  // A stream outlives its request, and with it the request's scope.
  const find = (params: { tenantId: string; runId: string }) => () =>
    inScope(params.tenantId, () => runs.find(params.tenantId, params.runId))
  app.addHook('preClose', async () => closing.abort())
  app.get('/tenants/:tenantId/sync-runs/:runId/events', { schema }, async ({ params, headers }, reply) => {
    const found = await runs.find(params.tenantId, params.runId)
    if (!found) throw refuse('run-not-found')
    if (streams >= MOST_STREAMS) throw refuse('temporarily-unavailable', { retryAfter: 5 })

    streams += 1
    const stream = Readable.from(follow(find(params), String(headers['last-event-id'] ?? ''), closing.signal))
    stream.once('close', () => {
      streams -= 1
    })
    reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    return reply.send(stream as unknown as string)
  })
}

/** A client that comes back with Last-Event-ID is not told again what it knows. */
async function* follow(find: () => ReturnType<Ports['runs']['find']>, lastEventId: string, closing: AbortSignal) {
  yield 'retry: 1000\n\n'
  let told = lastEventId
  let quietMs = 0
  for (let elapsed = 0; elapsed < LONGEST_MS && !closing.aborted; elapsed += POLL_MS) {
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
    await sleep(POLL_MS, undefined, { signal: closing }).catch(() => undefined)
  }
}
