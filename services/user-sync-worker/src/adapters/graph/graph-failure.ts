import { readRetryAfter, UNTOLD_WAIT } from '@jackfield/contract/retry-after'
import { GraphError } from '@microsoft/microsoft-graph-client'
import { type DirectoryFailure, throttledFor } from '../../domain/directory-failure.ts'

/**
 * The code of an answer that is no document of Graph's: its status says nothing about Microsoft, and its text is not
 * passed on.
 */
export const FOREIGN = 'foreign-answer'
export const FOREIGN_ANSWER: DirectoryFailure = {
  kind: 'unavailable',
  words: 'An answer came that is not Microsoft Graph’s, perhaps a proxy’s page, or that was cut off.',
}

export type GraphFailure = DirectoryFailure | { kind: 'token-refused' }

/**
 * Tells what an error of the Graph client means, by status and code; its text goes along. Rethrows what is a defect of
 * ours.
 */
export function readGraphFailure(error: unknown): GraphFailure {
  if (!(error instanceof GraphError)) {
    if (error instanceof Error && /^(AbortError|TimeoutError)$/.test(error.name)) return { kind: 'unavailable' }
    throw error
  }
  const { statusCode } = error
  const code = error.code ?? ''
  if (code === FOREIGN && statusCode !== 429)
    return error.headers?.has('retry-after') ? throttledOf(error) : FOREIGN_ANSWER
  if (statusCode === 401) return { kind: 'token-refused' }
  if (statusCode === 403) return { kind: 'consent-missing', ...told(error) }
  if (statusCode === 429) return throttledOf(error)
  if (/^Directory_ExpiredPageToken$/i.test(code)) return { kind: 'expired-page' }
  // An older token, a server that lost its place, a tenant that moved: documents and captures differ in the status.
  if (statusCode === 410 || /^(syncStateNotFound|resyncRequired)$/i.test(code)) return { kind: 'expired-changes' }
  // No status: nothing, or nothing that could be read, came back.
  if (statusCode < 400 || statusCode >= 500) {
    return error.headers?.has('retry-after') ? throttledOf(error) : { kind: 'unavailable' }
  }
  return { kind: 'rejected', ...told(error) }
}

function told({ statusCode, code, message }: GraphError): { code: string; words: string } {
  // Unseen by us, logged and shown to people: one line, of bounded length, without characters that steer, and without a
  // token that it repeats.
  const words = message
    .replace(/\beyJ[\w.-]+/g, '…')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
    .toWellFormed() // half of a surrogate pair is no JSON that Postgres takes
  return { code: /^[\w.]{1,64}$/.test(code ?? '') ? String(code) : `HTTP ${statusCode}`, words }
}

function throttledOf({ headers }: GraphError): DirectoryFailure {
  return throttledFor(readRetryAfter(headers?.get('retry-after'), Date.now()) ?? UNTOLD_WAIT)
}
