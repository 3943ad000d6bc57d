import type { Connection } from '@jackfield/contract/internal/internal-api'
import { type MicrosoftOrigins, microsoftOrigins, type OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { Client, GraphError, ResponseType } from '@microsoft/microsoft-graph-client'
import { z } from 'zod'
import { type DirectoryFailure, quoted } from '../../domain/directory-failure.ts'
import type { AppOnlyTokens } from './app-only-tokens.ts'
import { FOREIGN, FOREIGN_ANSWER, readGraphFailure } from './graph-failure.ts'
import { authenticate, fetchBounded, repeatWhilePassing } from './graph-middleware.ts'

export type GraphRequest = {
  method?: 'get' | 'post' | 'patch' | 'delete'
  path: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}
/** A wait that Microsoft asked for and the shorter one that is obeyed, in seconds. */
export type ShortenedWait = { accountId: string; asked: number; obeyed: number }
export type GraphAnswer<Body> = { kind: 'answer'; body: Body } | DirectoryFailure
export type GraphClient = {
  /** Graph's answer, parsed by `schema`; an answer of another shape counts as none. */
  ask<Schema extends z.ZodType>(
    connection: Connection,
    request: GraphRequest,
    schema: Schema,
  ): Promise<GraphAnswer<z.output<Schema>>>
  origins(connection: Connection): MicrosoftOrigins
}

const TOKEN_REFUSED = 'Microsoft Graph does not accept the application’s token'
const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }).partial().optional() }).catch({})

type Options = {
  overrides: OriginOverrides
  tokens: AppOnlyTokens
  /** Called when Microsoft asked for a wait that is too long to be obeyed. */
  onShortenedWait: (wait: ShortenedWait) => void
}

/** Graph v1.0 with app-only tokens of an account's application. */
export function graphClient({ overrides, tokens, onShortenedWait }: Options): GraphClient {
  const origins = ({ cloud }: Connection) => microsoftOrigins(cloud, overrides)
  function told({ accountId }: Connection, failure: DirectoryFailure): DirectoryFailure {
    if (failure.kind === 'throttled' && (failure.askedSeconds ?? 0) > failure.retryAfterSeconds)
      onShortenedWait({ accountId, asked: failure.askedSeconds ?? 0, obeyed: failure.retryAfterSeconds })
    return failure
  }
  return {
    origins,
    /** Retries once with a new token when Graph refuses the cached one; the cached one may also predate a consent. */
    async ask(connection, request, schema) {
      for (let isSecond = false; ; isSecond = true) {
        const token = await tokens.get(connection, origins(connection))
        if (token.kind !== 'token') return told(connection, token)
        try {
          const body = schema.safeParse(await send(origins(connection), token.accessToken, request))
          return body.success ? { kind: 'answer', body: body.data } : FOREIGN_ANSWER
        } catch (error) {
          const failure = readGraphFailure(error)
          if (failure.kind !== 'token-refused' && failure.kind !== 'consent-missing') return told(connection, failure)
          tokens.forget(connection, token.accessToken)
          if (isSecond && failure.kind === 'consent-missing') return failure
          // The code is the same whatever is missing: its cloud, a policy's claims. Graph's words tell.
          if (isSecond) return { kind: 'unauthorised', message: `${TOKEN_REFUSED}${quoted(failure)}.` }
        }
      }
    },
  }
}

/**
 * Graph's answer as JSON. The status is read first, as Graph's client takes any status for an answer. Undefined for a
 * success whose body is cut off or not Graph's.
 * @throws GraphError
 */
async function send(origins: MicrosoftOrigins, accessToken: string, request: GraphRequest): Promise<unknown> {
  const { method = 'get', path, body, headers = {}, signal } = request
  const client = Client.initWithMiddleware({
    baseUrl: `${origins.graph}/`,
    defaultVersion: 'v1.0',
    middleware: [repeatWhilePassing(), authenticate(origins.graph, accessToken), fetchBounded()],
  })
  const asked = client.api(path).headers(headers).responseType(ResponseType.RAW)
  const bounded = signal ? asked.option('signal', signal) : asked
  const response: Response = await (method === 'get' || method === 'delete' ? bounded[method]() : bounded[method](body))
  if (!response.ok) throw await refusalOf(response)
  // A deletion has no body; a body is a proxy's page.
  if (method === 'delete') return (await response.text()) === '' ? null : undefined
  return response.json().catch(() => undefined)
}

async function refusalOf(response: Response): Promise<GraphError> {
  const body = await response.text().catch(() => '')
  const error = Refusal.parse(parsed(body)).error ?? (body === '' ? {} : { code: FOREIGN })
  const refusal = new GraphError(response.status, error.message ?? '')
  return Object.assign(refusal, { code: error.code ?? null, headers: response.headers })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
