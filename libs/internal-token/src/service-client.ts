import { hash } from 'node:crypto'
import { Pool } from 'undici'
import type { z } from 'zod'
import { sendWithRetries } from './retry.ts'
import { internalTokenSigner } from './sign-internal-token.ts'

/** An unexpected answer of the other service; `status` is 0 when it did not answer. */
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

/** The answer of `call`, or `fallback` when the other service does not answer or fails with a 5xx status. */
export async function unlessUnavailable<Answer, const Fallback>(
  call: Promise<Answer>,
  fallback: Fallback,
): Promise<Answer | Fallback> {
  try {
    return await call
  } catch (error) {
    if (error instanceof ServiceCallError && (error.status === 0 || error.status >= 500)) return fallback
    throw error
  }
}

type Request = Parameters<Pool['request']>[0]

export type ServiceClient = {
  /** GET; undefined for 404. Returns `former`, an earlier answer to the same request, when the answer is unchanged. */
  find<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    former?: z.output<Schema>,
  ): Promise<z.output<Schema> | undefined>
  /** POST a JSON body; undefined when the answer is 404. */
  post<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    timeoutMs?: number,
  ): Promise<z.output<Schema> | undefined>
}

/** A token is valid for a minute and reused for this part of it. */
const TOKEN_USED_MS = 15_000

/**
 * Calls another service's internal routes as `issuer`, with a wait of at most 2 s by default. Uses undici's `request`,
 * which takes half the CPU time of `fetch` and follows no redirect.
 */
export function serviceClient(
  options: { issuer: string; audience: string; baseUrl: string; keys: readonly Buffer[] },
  now: () => number = performance.now.bind(performance),
): ServiceClient {
  const sign = internalTokenSigner(options.issuer, options.keys)
  const base = new URL(options.baseUrl)
  const pool = new Pool(base.origin)
  /** Digest of each answer's text: an unchanged answer is neither parsed nor checked again. */
  const digests = new WeakMap<WeakKey, string>()
  let token = { text: '', at: Number.NEGATIVE_INFINITY }

  function authorization(): string {
    if (now() - token.at > TOKEN_USED_MS) {
      token = {
        text: sign({ aud: options.audience, sub: options.issuer, scope: 'platform', role: 'service' }),
        at: now(),
      }
    }
    return `Bearer ${token.text}`
  }

  async function call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    { body, timeoutMs = 2_000, former }: { body?: unknown; timeoutMs?: number; former?: z.output<Schema> },
  ): Promise<z.output<Schema> | undefined> {
    const { status, text } = await exchange({
      method,
      path: base.pathname.replace(/\/$/, '') + path,
      headers: { authorization: authorization(), ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (status === 404) return undefined
    const digest = status === 200 ? hash('sha256', text) : ''
    if (isObject(former) && digests.get(former) === digest) return former
    const document = readJson(text)
    if (status > 299) {
      const code = document && typeof document === 'object' && 'code' in document ? String(document.code) : 'unknown'
      throw new ServiceCallError(status, code, `${options.audience} answered ${status} ${code} to ${method} ${path}`)
    }
    const parsed = schema.safeParse(document)
    if (!parsed.success)
      throw new ServiceCallError(
        status,
        'malformed',
        `${options.audience} answered malformed to ${method} ${path}`,
        parsed.error,
      )
    if (isObject(parsed.data)) digests.set(parsed.data, digest)
    return parsed.data
  }

  async function exchange(request: Request): Promise<{ status: number; text: string }> {
    try {
      return await sendWithRetries(request.method, () => send(request))
    } catch (cause) {
      throw new ServiceCallError(0, 'unreachable', `${options.audience} does not answer`, cause)
    }
  }

  async function send(request: Request): Promise<{ status: number; text: string }> {
    const { statusCode: status, body } = await pool.request(request)
    return { status, text: await body.text() }
  }

  return {
    find: (path, schema, former) => call('GET', path, schema, { former }),
    post: (path, body, schema, timeoutMs) => call('POST', path, schema, { body, timeoutMs }),
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Undefined for an empty text or malformed JSON. */
function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
