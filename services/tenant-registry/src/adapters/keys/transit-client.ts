import { UnavailableError } from '@jackfield/problem/unavailable-error'
import type { z } from 'zod'

/** Longer than a fail-over of the server, shorter than an administrator waits. */
const REQUEST_MS = 5_000

export type TransitAnswer<Value> =
  | { kind: 'answered'; value: Value }
  /** 400, with the server's own sentences. They may repeat what was sent: not for the log. */
  | { kind: 'refused'; errors: readonly string[] }
  /** 403: the token is over, unknown, or has no policy for this path. */
  | { kind: 'denied' }

/** One request to the HTTP API of HashiCorp Vault or OpenBao, below `/v1/`: a POST where there is a body. */
export type AskTransit = <Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  options: { token?: string; body?: object },
) => Promise<TransitAnswer<z.output<Schema>>>

const MEANINGS: Readonly<Record<number, string>> = {
  404: 'the mount or the namespace is not there',
  429: 'it asks to wait',
  503: 'it is sealed or being maintained',
}

/**
 * @throws {UnavailableError} when the server does not answer in time, or with something that no request of ours leads to. The error
 * carries nothing of what was sent (SE-02).
 */
export function transitClient(origin: string, namespace: string | undefined): AskTransit {
  return async (path, schema, { token, body }) => {
    const headers = {
      // Required by servers that reject requests without it (protection against SSRF).
      'x-vault-request': 'true',
      ...(token !== undefined && { 'x-vault-token': token }),
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const method = body === undefined ? 'GET' : 'POST'
    const signal = AbortSignal.timeout(REQUEST_MS)
    try {
      // A redirect (a standby's 307) would carry the token to another host.
      const answer = await fetch(`${origin}/v1/${path}`, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        redirect: 'error',
        signal,
      })
      const document: unknown = await answer.json().catch(() => undefined)
      if (answer.status === 400) return { kind: 'refused', errors: errorsOf(document) }
      if (answer.status === 403) return { kind: 'denied' }
      if (!answer.ok)
        throw new UnavailableError(
          `Vault answered ${answer.status} to ${path}: ${MEANINGS[answer.status] ?? 'it failed'}.`,
        )
      const parsed = schema.safeParse(document)
      // A schema's complaint may show what it complains about.
      if (!parsed.success) throw new UnavailableError(`Vault answered ${path} with something else than its API says.`)
      return { kind: 'answered', value: parsed.data }
    } catch (cause) {
      throw cause instanceof UnavailableError
        ? cause
        : new UnavailableError(`Vault does not answer ${path}.`, { cause })
    }
  }
}

function errorsOf(document: unknown): string[] {
  const errors = document && typeof document === 'object' && 'errors' in document ? document.errors : []
  return Array.isArray(errors) ? errors.filter((error) => typeof error === 'string') : []
}
