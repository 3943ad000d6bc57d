/** How often one address may do something, per replica. */
export type RateLimit = { max: number; minutes: number; isOfGuesses?: true }

// Whole offices share one address: the limits stop floods and guessing, not a busy Monday. The README repeats these.
export const RATE_LIMITS = {
  'sign-ins': { max: 600, minutes: 1 },
  /** Unfinished sign-ins are stored for up to an hour. */
  'sign-ins-of-an-hour': { max: 6_000, minutes: 60 },
  tokens: { max: 1_200, minutes: 1 },
  'device-codes': { max: 60, minutes: 1 },
  /** Work addresses entered on a shared host. */
  'addresses-asked': { max: 300, minutes: 10 },
  /** RFC 8628 5.1: 20 guesses in 10 minutes among 20^8 codes. */
  'wrong-user-codes': { max: 20, minutes: 10, isOfGuesses: true },
  'refused-credentials': { max: 30, minutes: 10, isOfGuesses: true },
} as const satisfies Record<string, RateLimit>
export type RateLimitName = keyof typeof RATE_LIMITS

const SIGN_INS = ['sign-ins', 'sign-ins-of-an-hour'] as const
const BY_REQUEST: Readonly<Record<string, readonly RateLimitName[]>> = {
  'GET /auth/authorize': SIGN_INS,
  'POST /auth/authorize': SIGN_INS,
  'POST /auth/par': SIGN_INS,
  'GET /auth/signin': SIGN_INS,
  'POST /auth/control/sign-ins': SIGN_INS,
  'POST /auth/token': ['tokens'],
  'POST /auth/introspect': ['tokens'],
  'POST /auth/revoke': ['tokens'],
  'POST /auth/device_authorization': ['device-codes'],
}

/** A limit multiplied by the factor; undefined when lifted. Limits of guesses do not depend on size and stay. */
export function stretched({ max, isOfGuesses }: RateLimit, factor: number): number | undefined {
  if (isOfGuesses) return max
  return factor === 0 ? undefined : Math.ceil(max * factor)
}

/** Limits that count every request, whatever its outcome. */
export function limitsOf(method: string, path: string): readonly RateLimitName[] {
  return BY_REQUEST[`${method} ${path}`] ?? []
}

/** Kinds that an unfinished sign-in stores; a server-rendered frontend's stores two. */
const KINDS: ReadonlySet<string> = new Set([
  'Interaction',
  'FrontendSignIn',
  'PushedAuthorizationRequest',
  'DeviceCode',
  'ControlLogin',
])

export function isOfWaitingSignIn(kind: string): boolean {
  return KINDS.has(kind)
}

/**
 * Maximum unfinished sign-ins of one host and of the platform: what a flood from many addresses can fill (T-102). People
 * with a session need none. The README repeats these.
 */
export const MOST_WAITING = { host: 20_000, platform: 100_000 } as const

/** Thrown when the limit is reached; answered like an outage, with 503. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'
}
