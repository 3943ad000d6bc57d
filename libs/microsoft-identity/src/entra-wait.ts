import { type RetryAfter, readRetryAfter, UNTOLD_WAIT } from '@jackfield/contract/http/retry-after'

const BUSY: ReadonlySet<number> = new Set([429, 503, 504])

/**
 * How long an Entra ID that is busy wants to be left alone; undefined when openid-client's `error` says nothing of
 * that.
 */
export function readEntraWait(error: unknown, now: number): RetryAfter | undefined {
  const response = responseOf(error)
  if (!response || !BUSY.has(response.status)) return undefined
  return readRetryAfter(response.headers.get('retry-after'), now) ?? UNTOLD_WAIT
}

/** Whether openid-client's `error` is an answer of an Entra ID that is busy. */
export function isBusy(error: unknown): boolean {
  const response = responseOf(error)
  return response !== undefined && BUSY.has(response.status)
}

/** An answer with an error document is a member of the error; any other answer is its cause. */
function responseOf(error: unknown): Response | undefined {
  if (!(error instanceof Error)) return undefined
  const response: unknown = 'response' in error ? error.response : error.cause
  return response instanceof Response ? response : undefined
}
