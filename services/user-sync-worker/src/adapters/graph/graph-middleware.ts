import { setTimeout as sleep } from 'node:timers/promises'
import { readRetryAfter } from '@jackfield/contract/http/retry-after'
import { untrustedCertificate } from '@jackfield/microsoft-identity/untrusted-certificate'
import type { Context, Middleware } from '@microsoft/microsoft-graph-client'

// The middleware of @microsoft/microsoft-graph-client: retry, then token, then fetch. Its own handlers are not used: they
// follow redirects with the token, report telemetry, and wait for as long as a server asks.

const PASSING: ReadonlySet<number> = new Set([429, 503, 504])
const MOST_ATTEMPTS = 3
/** A longer wait ends the slice instead: the run is postponed. */
const LONGEST_WAIT_SECONDS = 4
const TIMEOUT_MS = 10_000
/** Name of the error for a certificate that is not trusted; its message is OpenSSL's code. */
export const UNTRUSTED = 'UntrustedCertificate'

export function repeatWhilePassing(): Middleware {
  let next: Middleware
  return {
    setNext(middleware) {
      next = middleware
    },
    async execute(context) {
      for (let attempt = 1; ; attempt += 1) {
        await next.execute(context)
        const { response } = context
        if (!response || !PASSING.has(response.status) || attempt >= MOST_ATTEMPTS) return
        const asked = readRetryAfter(response.headers.get('retry-after'), Date.now())?.seconds
        const seconds = asked ?? 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
        if (seconds > LONGEST_WAIT_SECONDS) return
        await response.body?.cancel()
        await sleep(seconds * 1000, undefined, { signal: context.options?.signal ?? undefined })
      }
    },
  }
}

/** Sends the token to Graph's own origin only. */
export function authenticate(graphOrigin: string, accessToken: string): Middleware {
  let next: Middleware
  return {
    setNext(middleware) {
      next = middleware
    },
    async execute(context) {
      if (new URL(urlOf(context)).origin !== graphOrigin)
        throw new TypeError('A request for Graph went to another origin.')
      context.options = {
        ...context.options,
        headers: { ...(context.options?.headers as Record<string, string>), authorization: `Bearer ${accessToken}` },
      }
      await next.execute(context)
    },
  }
}

export function fetchBounded(): Middleware {
  return {
    async execute(context) {
      const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(context.options?.signal ? [context.options.signal] : [])]
      const options: RequestInit = { ...context.options, redirect: 'error', signal: AbortSignal.any(signals) }
      context.response = await fetch(urlOf(context), options).catch((error: unknown) => {
        const code = untrustedCertificate(error)
        // Graph's client passes on name and message only.
        throw code ? Object.assign(new Error(code), { name: UNTRUSTED }) : error
      })
    },
  }
}

function urlOf(context: Context): string {
  return typeof context.request === 'string' ? context.request : context.request.url
}
