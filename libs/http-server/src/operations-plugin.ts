import { refuse } from '@jackfield/problem/refuse'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { isInternalHost } from './internal-host.ts'

/** Named probes of what a service needs; one that throws or takes over 2 s makes it not ready. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>

declare module 'fastify' {
  interface FastifyInstance {
    /** Prometheus registry of this service; register further metrics here. */
    metrics: Registry
  }
}

/**
 * Liveness, readiness and metrics, on internal hosts alone (AD-13). Bodies tell nothing of the inside (DO-16).
 * `/health/serving` is for load balancers: replicas share their stores, so that a Service without those that lost one
 * would have none, and hide what needs no store (FC-68). A replica joins once it was ready, and stays until it drains.
 */
export const operationsPlugin = plugin<{ name: string; healthChecks: HealthChecks }>(
  async (app, { name, healthChecks }) => {
    const metrics = new Registry()
    metrics.setDefaultLabels({ service: name })
    collectDefaultMetrics({ register: metrics })
    const duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [metrics],
    })
    app.decorate('metrics', metrics)
    app.addHook('onResponse', (request, reply, done) => {
      duration.observe(
        { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode },
        reply.elapsedTime / 1000,
      )
      done()
    })

    const operators = { logLevel: 'warn', onRequest: internalHostsOnly } as const
    app.get('/health/live', operators, async () => ({ status: 'live' }))
    const readiness = readinessOf(healthChecks, app.log)
    const isReady = async () => !app.isDraining() && (await readiness.check())
    app.get('/health/ready', operators, async (_request, reply) => {
      const passed = await isReady()
      return reply.status(passed ? 200 : 503).send({ status: passed ? 'ready' : 'not ready' })
    })
    app.get('/health/serving', operators, async (_request, reply) => {
      const checked = isReady() // also without effect on the answer: it writes the log
      const passed = readiness.wasReady() ? !app.isDraining() : await checked
      return reply.status(passed ? 200 : 503).send({ status: passed ? 'serving' : 'not serving' })
    })
    app.get('/metrics', operators, async (_request, reply) =>
      reply.header('content-type', metrics.contentType).send(await metrics.metrics()),
    )
  },
)

async function internalHostsOnly(request: FastifyRequest): Promise<void> {
  if (!isInternalHost(request.host)) throw refuse('not-found')
}

/** Checks one at a time, and logs when the checks that fail are others than before: once each, not at every probe. */
function readinessOf(healthChecks: HealthChecks, log: FastifyBaseLogger) {
  let [wasReady, failing] = [false, 'unknown']
  let checking: Promise<boolean> | undefined

  async function check(): Promise<boolean> {
    const outcomes = await Promise.all(Object.entries(healthChecks).map(([name, probe]) => failureOf(name, probe)))
    const failed = outcomes.filter((outcome) => outcome !== undefined)
    const names = failed.map(({ check }) => check).join()
    const isReady = failed.length === 0
    const reasons = Object.fromEntries(failed.map(({ check, error }) => [check, messageOf(error)]))
    if (names !== failing && isReady) log.info('ready')
    // Until the first time a service waits for others that start, too.
    else if (names !== failing) log[wasReady ? 'warn' : 'info']({ reasons }, 'not ready')
    failing = names
    wasReady ||= isReady
    return isReady
  }
  return {
    wasReady: () => wasReady,
    check(): Promise<boolean> {
      checking ??= check().finally(() => {
        checking = undefined
      })
      return checking
    },
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function failureOf(check: string, probe: () => Promise<void>) {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer within 2 s')), 2_000)
  try {
    await Promise.race([probe(), tooLate])
    return undefined
  } catch (error) {
    return { check, error }
  } finally {
    clearTimeout(timer)
  }
}
