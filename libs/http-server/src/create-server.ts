import { randomUUID } from 'node:crypto'
import { answerAddressError, problemPlugin } from '@jackfield/problem/problem-plugin'
import { refuse } from '@jackfield/problem/refuse'
import { requestValidator } from '@jackfield/problem/request-validator'
import { fastify } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { DestinationStream } from 'pino'
import { closeConnectionsInTime } from './close-connections.ts'
import { allowDraining } from './drain.ts'
import { type HealthChecks, operationsPlugin } from './operations-plugin.ts'
import { parseWellFormedJson } from './well-formed-json.ts'

export type ServerOptions = {
  /** The service's name, in every log line and metric. */
  name: string
  logLevel: string
  /** What must answer for the service to be ready, each within 2 s. */
  healthChecks: HealthChecks
  /** Addresses whose forwarded headers are trusted; none by default. */
  trustedProxies?: readonly string[]
  /** Largest body in bytes; 1 MiB by default. */
  bodyLimit?: number
  /** Address under which each code of a problem has its page; on the request's own host by default. */
  problemPages?: string | undefined
  /** Where log lines go; standard output by default. */
  logTo?: DestinationStream
  /** A request's path in the log, in place of its address without the query: that can carry codes, tokens, states. */
  pathInLog?: (request: { url: string }) => string
}

/** What must never be read in a log, wherever an error or request carries it (T-94). */
const SECRET_PATHS = ['authorization', 'cookie', '["set-cookie"]'].flatMap((name) => {
  const member = name.startsWith('[') ? name : `.${name}`
  return [`req.headers${member}`, `res.headers${member}`, `headers${member}`]
})

/**
 * A Fastify server as every service starts from: JSON log without secrets, request ids, zod validation, problem
 * details, bounded bodies and times, `/health/live`, `/health/ready`, `/metrics`.
 */
export function createServer(options: ServerOptions) {
  const { pathInLog = ({ url }) => url.split('?')[0] ?? '' } = options
  const app = fastify({
    logger: {
      level: options.logLevel,
      name: options.name,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      serializers: {
        req: (request: { method: string; url: string; host?: string }) => ({
          method: request.method,
          path: pathInLog(request),
          host: request.host,
        }),
      },
      ...(options.logTo ? { stream: options.logTo } : {}),
    },
    genReqId: () => randomUUID(),
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: options.bodyLimit ?? 1_048_576,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    // A head comes at once or never: connections that drip one are closed within a quarter of a minute (T-102).
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // What still arrives while the server closes is served, not answered 503 in Fastify's own form.
    return503OnClosing: false,
    frameworkErrors: answerAddressError,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
  }).withTypeProvider<ZodTypeProvider>()
  // Node takes the first of several; a proxy in front may have taken the last (RFC 9112 3.2).
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const hosts = raw.rawHeaders.filter(
      (each, index) => index % 2 === 0 && each.length === 4 && each.toLowerCase() === 'host',
    )
    if (hosts.length > 1) throw refuse('invalid-request', { detail: 'The request names more than one host.' })
    done()
  })
  app.setValidatorCompiler(requestValidator)
  app.setSerializerCompiler(serializerCompiler)
  parseWellFormedJson(app)
  allowDraining(app)
  closeConnectionsInTime(app)
  app.register(problemPlugin, { pages: options.problemPages })
  app.register(operationsPlugin, { name: options.name, healthChecks: options.healthChecks })
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  return app
}

export type Server = ReturnType<typeof createServer>
