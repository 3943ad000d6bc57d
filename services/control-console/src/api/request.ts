import type { z } from 'zod'
import { ApiProblem, readProblem, unreachable } from './api-problem.ts'

/** `body` is sent as JSON; a File is sent as it is. */
type RequestOptions = { body?: unknown; etag?: string | undefined; signal?: AbortSignal | undefined }
/** A resource and the version that was read, for If-Match. */
type Versioned<Value> = { value: Value; etag: string | undefined }

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Calls the API on the page's origin with the session cookie, and validates the answer against the contract. */
export async function requestVersioned<Schema extends z.ZodType>(
  answer: Schema,
  method: Method,
  path: string,
  { body, etag, signal }: RequestOptions = {},
): Promise<Versioned<z.output<Schema>>> {
  const headers = new Headers({ accept: 'application/json, application/problem+json' })
  const sent = body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body)
  if (body !== undefined) headers.set('content-type', body instanceof Blob ? body.type : 'application/json')
  if (etag !== undefined) headers.set('if-match', etag)

  const response = await send(path, { method, headers, body: sent, signal: signal ?? null })
  if (!response.ok) throw await readProblem(response)

  const text = await response.text()
  const parsed = answer.safeParse(text === '' ? undefined : jsonOf(text))
  if (!parsed.success) throw unexpected(response)
  return { value: parsed.data, etag: response.headers.get('etag') ?? undefined }
}

export async function request<Schema extends z.ZodType>(
  answer: Schema,
  method: Method,
  path: string,
  options?: RequestOptions,
) {
  return (await requestVersioned(answer, method, path, options)).value
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin', redirect: 'error', cache: 'no-store' })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable()
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function unexpected(response: Response): ApiProblem {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const title = 'The server gave an answer this version of Control does not understand. Reload the page.'
  return new ApiProblem({ type: 'about:blank', status: response.status, code: 'unexpected-answer', title, requestId })
}

/** Builds a query string; undefined and empty values are left out. */
export function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') search.set(name, String(value))
  return search.size === 0 ? '' : `?${search}`
}
