import type { Connection } from '@jackfield/contract/internal-api'
import { type MicrosoftOrigins, microsoftOrigins, type OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { type GraphRequest as Built, Client, GraphError, ResponseType } from '@microsoft/microsoft-graph-client'
import { z } from 'zod'
import type { DirectoryFailure } from '../domain/directory-failure.ts'
import type { AppOnlyTokens } from './app-only-tokens.ts'
import { readGraphFailure } from './graph-failure.ts'
import { authenticate, fetchBounded, repeatWhilePassing } from './graph-middleware.ts'
import { readBody, readJson } from './read-body.ts'

export type GraphRequest = {
  method?: 'get' | 'post' | 'patch' | 'delete'
  path: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  /** The answer is a `Body`. */
  isUnparsed?: boolean
}
/** Of a wait, in seconds. */
export type ShortenedWait = { accountId: string; asked: number; obeyed: number }
export type GraphAnswer<Body> = { kind: 'answer'; body: Body } | DirectoryFailure
export type GraphClient = {
  /** What Graph answers, in the shape of `schema`; anything else counts as no answer. */
  ask<Schema extends z.ZodType>(connection: Connection, request: GraphRequest, schema: Schema): Promise<GraphAnswer<z.output<Schema>>>
  origins(connection: Connection): MicrosoftOrigins
}

const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }).partial().optional() }).catch({})

type Options = {
  overrides: OriginOverrides
  tokens: AppOnlyTokens
  /** Microsoft asked for a wait that is too long to be obeyed. */
  onShortenedWait: (wait: ShortenedWait) => void
}

/** Graph v1.0 as an account's application, app-only. */
export function graphClient({ overrides, tokens, onShortenedWait }: Options): GraphClient {
  const origins = ({ cloud }: Connection) => microsoftOrigins(cloud, overrides)
  function told({ accountId }: Connection, failure: DirectoryFailure): DirectoryFailure {
    if (failure.kind === 'throttled' && (failure.askedSeconds ?? 0) > failure.retryAfterSeconds)
      onShortenedWait({ accountId, asked: failure.askedSeconds ?? 0, obeyed: failure.retryAfterSeconds })
    return failure
  }
  return {
    origins,
    /** One new token when Graph refuses the one held, which also tells nothing of a consent given since; then the refusal counts. */
    async ask(connection, request, schema) {
      for (let isSecond = false; ; isSecond = true) {
        const token = await tokens.get(connection, origins(connection))
        if (token.kind !== 'token') return told(connection, token)
        try {
          const body = schema.safeParse(await send(origins(connection), token.accessToken, request))
          return body.success ? { kind: 'answer', body: body.data } : { kind: 'unavailable' }
        } catch (error) {
          const failure = readGraphFailure(error)
          if (failure.kind !== 'token-refused' && failure.kind !== 'consent-missing') return told(connection, failure)
          tokens.forget(connection, token.accessToken)
          if (isSecond && failure.kind === 'consent-missing') return failure
          if (isSecond) return { kind: 'unauthorised', message: 'Microsoft Graph does not accept the application’s token.' }
        }
      }
    },
  }
}

function send(origins: MicrosoftOrigins, accessToken: string, request: GraphRequest) {
  const { method = 'get', path, body, headers = {}, signal, isUnparsed } = request
  const client = Client.initWithMiddleware({
    baseUrl: `${origins.graph}/`,
    defaultVersion: 'v1.0',
    middleware: [repeatWhilePassing(), authenticate(origins.graph, accessToken), fetchBounded()],
  })
  const asked = client.api(path).headers(headers).responseType(ResponseType.JSON)
  const bounded = signal ? asked.option('signal', signal) : asked
  if (method === 'get') return read(bounded, isUnparsed)
  return method === 'delete' ? bounded.responseType(ResponseType.RAW).delete() : bounded[method](body)
}

/** Not by the client of Graph: it holds on to what it has read. An answer that was cut off, or is no JSON, is none. */
async function read(request: Built, isUnparsed = false): Promise<unknown> {
  const response: Response = await request.responseType(ResponseType.RAW).get()
  if (!response.ok) throw await refusalOf(response)
  return (isUnparsed ? readBody : readJson)(response).catch(() => undefined)
}

async function refusalOf(response: Response): Promise<GraphError> {
  const { error } = Refusal.parse(await response.json().catch(() => undefined))
  const refusal = new GraphError(response.status, error?.message ?? '')
  return Object.assign(refusal, { code: error?.code ?? null, headers: response.headers })
}
