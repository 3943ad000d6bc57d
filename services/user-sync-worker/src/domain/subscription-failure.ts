import type { SubscriptionFailure } from '@jackfield/contract/microsoft/notification-health'
import { type DirectoryFailure, explain } from './directory-failure.ts'

/** Graph has no code for an address that fails its validation request, nor for a quota: only the message tells. */
const UNREACHABLE = /validation request (?:failed|timed out)/i
const LIMIT = /limit reached/i

/** Why there is no subscription, from what Graph answered to the attempt. */
export function subscriptionFailure(failure: DirectoryFailure | { kind: 'missing' }): SubscriptionFailure {
  switch (failure.kind) {
    case 'rejected':
      return { kind: UNREACHABLE.test(failure.words ?? '') ? 'address-unreachable' : 'refused', ...told(failure) }
    case 'consent-missing':
      return { kind: LIMIT.test(failure.words ?? '') ? 'limit-reached' : 'not-permitted', ...told(failure) }
    case 'unauthorised':
      return { kind: 'refused', code: null, words: failure.message.slice(0, 300) }
    case 'throttled':
      return { kind: 'throttled', code: null, words: null }
    case 'unavailable':
      return { kind: 'unavailable', code: null, words: failure.words ?? null }
    case 'untrusted-certificate':
      return { kind: 'unavailable', code: failure.code.slice(0, 64), words: explain(failure).slice(0, 300) }
    case 'missing':
      return { kind: 'refused', code: 'HTTP 404', words: null }
    default:
      return { kind: 'refused', code: null, words: explain(failure) }
  }
}

function told({ code, words }: { code?: string; words?: string }) {
  return { code: code ?? null, words: words || null }
}
