import { type DirectoryFailure, explain } from '../domain/directory-failure.ts'
import { refuse } from '../errors.ts'

const CODES = {
  throttled: 'microsoft-throttled',
  unavailable: 'microsoft-unavailable',
  'expired-page': 'invalid-cursor',
  'repeated-page': 'microsoft-rejected',
  'endless-list': 'microsoft-rejected',
  'expired-changes': 'microsoft-rejected',
  unauthorised: 'microsoft-refused',
  'consent-missing': 'consent-missing',
  rejected: 'microsoft-rejected',
} as const

/** What a caller is told when Microsoft gave nothing. */
export function microsoftRefusal(failure: DirectoryFailure) {
  const retry = failure.kind === 'throttled' ? { retryAfter: failure.retryAfterSeconds } : {}
  return refuse(CODES[failure.kind], { message: explain(failure), ...retry })
}
