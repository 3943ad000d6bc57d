import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Between the attempts of a request whose connection is refused: each new connection to a Service may reach another
 * replica.
 */
const REFUSED_PAUSES_MS = [20, 50, 100, 200]

/**
 * How long to wait, in milliseconds, before a request to another service is sent again; undefined when it must not be.
 * A refused connection has carried nothing, so anything may be sent again. A connection that was closed may have
 * carried the request: only a GET is sent again, once (RFC 9110 9.2.2).
 * @param attempt how often it was sent again before
 */
export function pauseBeforeRetry(method: string, error: unknown, attempt: number): number | undefined {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED') return REFUSED_PAUSES_MS[attempt]
  if (method === 'GET' && attempt === 0 && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(code)) return 1
  return undefined
}

/** Sends, and sends again where `pauseBeforeRetry` allows it. */
export async function sendWithRetries<Answer>(method: string, send: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      const pause = pauseBeforeRetry(method, error, attempt)
      if (pause === undefined) throw error
      await sleep(pause)
    }
  }
}

/** `fetch` has its own error around the connection's. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'code' in error ? String(error.code) : codeOf(error.cause)
}
