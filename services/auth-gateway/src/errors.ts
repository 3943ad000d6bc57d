import { defineErrors } from '@jackfield/problem/app-error'
import { isLostStore } from '@jackfield/problem/lost-store'

const CATALOGUE = {
  unauthenticated: { status: 401, title: 'Credentials are needed.' },
  'foreign-session': { status: 403, title: 'The session belongs to another organisation.' },
  'not-bound': { status: 403, title: 'This app needs a binding to an extension.' },
  'cross-site-request': { status: 403, title: 'The request comes from another site.' },
  'link-not-valid': { status: 401, title: 'The link was used before or has expired.' },
  'not-found': { status: 404, title: 'There is nothing at this address.' },
  'invalid-path': { status: 400, title: 'The path is not valid.' },
  'invalid-request': { status: 400, title: 'The request is not valid.' },
  'request-not-readable': { status: 400, title: 'The request is too long, or not a form.' },
  'origin-not-registered': { status: 400, title: 'The origin is not registered for an app of this host.' },
  'forwarded-host-differs': { status: 400, title: 'The proxy names another host than the request.' },
  'return-address-too-long': { status: 414, title: 'The address to return to is longer than 8 kB.' },
  'unknown-host': { status: 404, title: 'No organisation uses this address.' },
  'session-not-found': { status: 404, title: 'This session has ended already.' },
  'consent-link-not-found': {
    status: 400,
    title: 'This consent link has expired or was used. Make a new one in Control.',
  },
  'sign-in-not-found': {
    status: 400,
    title: 'This sign-in has expired, was finished, or was started in another browser.',
  },
  'cookies-missing': {
    status: 400,
    title: 'Your browser sent no cookies, and nobody can sign in without them. Allow cookies for this address.',
  },
  'sign-in-used': { status: 400, title: 'This sign-in was used already.' },
  'sign-in-misdirected': { status: 400, title: 'This answer belongs to another sign-in.' },
  'tenant-not-found': { status: 404, title: 'No organisation has this name or address.' },
  'microsoft-not-set-up': {
    status: 409,
    title: 'This organisation has no Microsoft 365 account to sign in with yet.',
  },
  'microsoft-unavailable': { status: 502, title: 'Microsoft cannot be reached just now. Try again in a moment.' },
  'account-not-found': { status: 404, title: 'This organisation has no such Microsoft account.' },
  'too-many-requests': {
    status: 429,
    title: 'There were too many requests from your address. Wait a moment and try again.',
  },
  'too-many-calls': {
    status: 429,
    title: 'Too many calls of the same caller are under way. Wait a moment and try again.',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many event streams of the same caller are open. Close one, or ask for the run itself.',
  },
  'temporarily-unavailable': { status: 503, title: 'A part of the service is not available just now.' },
  'internal-error': { status: 500, title: 'Something went wrong on our side.' },
}

export const refuse = defineErrors(CATALOGUE)

/** The sentences by code, for pages; each language has the same codes. */
export const sentences = Object.fromEntries(
  Object.entries(CATALOGUE).map(([code, { title }]) => [code, title]),
) as Record<keyof typeof CATALOGUE, string>

/** True when a service behind, Postgres or Redis does not answer, or when no more sign-ins are accepted. */
export function isDependencyFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'ServiceCallError' || cause.name === 'NoRoomError') return true
  }
  return isLostStore(error)
}
