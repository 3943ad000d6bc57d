import type { Connection } from '@jackfield/contract/internal-api'
import { type MicrosoftOrigins, microsoftOrigins, type OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { Client, ResponseType } from '@microsoft/microsoft-graph-client'
import type { z } from 'zod'
import type { DirectoryFailure } from '../domain/directory-failure.ts'
import type { AppOnlyTokens } from './app-only-tokens.ts'
import { readGraphFailure } from './graph-failure.ts'
import { authenticate, fetchBounded, repeatWhilePassing } from './graph-middleware.ts'

export type GraphRequest = {
  method?: 'get' | 'post' | 'patch' | 'delete'
  path: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}
export type GraphAnswer<Body> = { kind: 'answer'; body: Body } | DirectoryFailure
export type GraphClient = {
  /** What Graph answers, in the shape of `schema`; anything else counts as no answer. */
  ask<Schema extends z.ZodType>(connection: Connection, request: GraphRequest, schema: Schema): Promise<GraphAnswer<z.output<Schema>>>
  origins(connection: Connection): MicrosoftOrigins
}

/** Graph v1.0 as an account's application, app-only. */
export function graphClient({ overrides, tokens }: { overrides: OriginOverrides; tokens: AppOnlyTokens }): GraphClient {
  const origins = ({ cloud }: Connection) => microsoftOrigins(cloud, overrides)
  return {
    origins,
    /** One new token when Graph refuses the one held, which also tells nothing of a consent given since; then the refusal counts. */
    async ask(connection, request, schema) {
      for (let isSecond = false; ; isSecond = true) {
        const token = await tokens.get(connection, origins(connection))
        if (token.kind !== 'token') return token
        try {
          const body = schema.safeParse(await send(origins(connection), token.accessToken, request))
          return body.success ? { kind: 'answer', body: body.data } : { kind: 'unavailable' }
        } catch (error) {
          const failure = readGraphFailure(error)
          if (failure.kind !== 'token-refused' && failure.kind !== 'consent-missing') return failure
          tokens.forget(connection, token.accessToken)
          if (isSecond && failure.kind === 'consent-missing') return failure
          if (isSecond) return { kind: 'unauthorised', message: 'Microsoft Graph does not accept the application’s token.' }
        }
      }
    },
  }
}

function send(origins: MicrosoftOrigins, accessToken: string, { method = 'get', path, body, headers = {}, signal }: GraphRequest) {
  const client = Client.initWithMiddleware({
    baseUrl: `${origins.graph}/`,
    defaultVersion: 'v1.0',
    middleware: [repeatWhilePassing(), authenticate(origins.graph, accessToken), fetchBounded()],
  })
  const request = client.api(path).headers(headers).responseType(ResponseType.JSON)
  const bounded = signal ? request.option('signal', signal) : request
  if (method === 'get') return bounded.get()
  return method === 'delete' ? bounded.responseType(ResponseType.RAW).delete() : bounded[method](body)
}
