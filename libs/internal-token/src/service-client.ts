import type { z } from 'zod'
import { internalTokenSigner } from './sign-internal-token.ts'

/** The other service answered with something else than what was asked for; `status` is 0 when it did not answer. */
export class ServiceCallError extends Error {
  override readonly name = 'ServiceCallError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.status = status
    this.code = code
  }
}

export type ServiceClient = {
  /** GET; undefined when the answer is 404. */
  find<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema> | undefined>
  /** POST a JSON body; undefined when the answer is 404. */
  post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema, timeoutMs?: number): Promise<z.output<Schema> | undefined>
}

/** Calls another service's internal routes as `issuer`, with a token of its own for every call and a wait of at most 2 s unless said otherwise. */
export function serviceClient(options: { issuer: string; audience: string; baseUrl: string; keys: readonly Buffer[] }): ServiceClient {
  const sign = internalTokenSigner(options.issuer, options.keys)

  async function call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    body?: unknown,
    timeoutMs = 2_000,
  ): Promise<z.output<Schema> | undefined> {
    const authorization = `Bearer ${sign({ aud: options.audience, sub: options.issuer, scope: 'platform', role: 'service' })}`
    const answer = await fetch(options.baseUrl + path, {
      method,
      headers: body === undefined ? { authorization } : { authorization, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw new ServiceCallError(0, 'unreachable', `${options.audience} does not answer`, cause)
    })
    if (answer.status === 404) {
      await answer.body?.cancel()
      return undefined
    }
    if (!answer.ok) {
      const problem: unknown = await answer.json().catch(() => undefined)
      const code = problem && typeof problem === 'object' && 'code' in problem ? String(problem.code) : 'unknown'
      throw new ServiceCallError(answer.status, code, `${options.audience} answered ${answer.status} ${code} to ${method} ${path}`)
    }
    const parsed = schema.safeParse(answer.status === 204 ? undefined : await answer.json())
    if (!parsed.success)
      throw new ServiceCallError(answer.status, 'malformed', `${options.audience} answered malformed to ${method} ${path}`, parsed.error)
    return parsed.data
  }

  return {
    find: (path, schema) => call('GET', path, schema),
    post: (path, body, schema, timeoutMs) => call('POST', path, schema, body, timeoutMs),
  }
}
