import { readRetryAfter, UNTOLD_WAIT } from '@jackfield/contract/http/retry-after'
import { GraphError } from '@microsoft/microsoft-graph-client'
import { type DirectoryFailure, throttledFor } from '../../domain/directory-failure.ts'
import { UNTRUSTED } from './graph-middleware.ts'

/** The code of an answer that is not Graph's: its status says nothing about Microsoft, its text is dropped. */
export const FOREIGN = 'foreign-answer'
export const FOREIGN_ANSWER: DirectoryFailure = {
  kind: 'unavailable',
  words: 'An answer came that is not Microsoft Graph’s, perhaps a proxy’s page, or that was cut off.',
}

export type GraphFailure = DirectoryFailure | { kind: 'token-refused'; code: string; words: string }

/** The meaning of an error of Graph's client, by status and code. Rethrows errors that are our own defects. */
export function readGraphFailure(error: unknown): GraphFailure {
  if (!(error instanceof GraphError)) {
    if (error instanceof Error && /^(AbortError|TimeoutError)$/.test(error.name)) return { kind: 'unavailable' }
    throw error
  }
  const { statusCode } = error
  const code = error.code ?? ''
  if (code === UNTRUSTED) return { kind: 'untrusted-certificate', host: 'Microsoft Graph', code: error.message }
  if (code === FOREIGN && statusCode !== 429)
    return error.headers?.has('retry-after') ? throttledOf(error) : FOREIGN_ANSWER
  if (statusCode === 401) return { kind: 'token-refused', ...told(error) }
  if (statusCode === 403) return { kind: 'consent-missing', ...told(error) }
  if (statusCode === 429) return throttledOf(error)
  if (/^Directory_ExpiredPageToken$/i.test(code)) return { kind: 'expired-page' }
  // Documents and captured answers differ in the status of an expired delta link.
  if (statusCode === 410 || /^(syncStateNotFound|resyncRequired)$/i.test(code)) return { kind: 'expired-changes' }
  // A status below 400 here means that no readable answer came back.
  if (statusCode < 400 || statusCode >= 500) {
    return error.headers?.has('retry-after') ? throttledOf(error) : { kind: 'unavailable' }
  }
  return { kind: 'rejected', ...told(error) }
}

function told({ statusCode, code, message }: GraphError): { code: string; words: string } {
  // Logged and shown to admins: one line of bounded length, without control characters and without an echoed token.
  const words = message
    .replace(/\beyJ[\w.-]+/g, '…')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
    .toWellFormed() // Postgres refuses JSON with a lone surrogate
  return { code: /^[\w.]{1,64}$/.test(code ?? '') ? String(code) : `HTTP ${statusCode}`, words }
}

function throttledOf({ headers }: GraphError): DirectoryFailure {
  return throttledFor(readRetryAfter(headers?.get('retry-after'), Date.now()) ?? UNTOLD_WAIT)
}
