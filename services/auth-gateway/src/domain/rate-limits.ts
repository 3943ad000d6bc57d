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
  return BY_REQUEST[`${method === 'HEAD' ? 'GET' : method} ${path}`] ?? []
}

/** Kinds that an unfinished sign-in stores; a server-rendered frontend's stores two. */
const KINDS: ReadonlySet<string> = new Set([
  'Interaction',
  'FrontendSignIn',
  'PushedAuthorizationRequest',
  'DeviceCode',
  'ControlLogin',
])

/** An attempt that has its result is finished, and only waits to be taken. */
export function isOfWaitingSignIn(kind: string, payload: Readonly<Record<string, unknown>> = {}): boolean {
  return KINDS.has(kind) && payload.result === undefined
}

/**
 * One namespace for the logins at Microsoft of all hosts: the platform's host looks up every tenant's (redirect mode
 * `single`).
 */
export const PENDING_LOGINS = 'pending-logins'

/** Kinds that an attempt stores under its own id besides itself; they end with it. */
export const COMPANIONS_OF_ATTEMPT = ['InteractionBrowser', 'SignInRealm', 'AuditedRefusal'] as const

/**
 * Maximum unfinished sign-ins of one host and of the platform: what a flood from many addresses can fill (T-102). One
 * more takes the place of the oldest of the network with the most (T-131). People with a session need none. The README
 * repeats these.
 */
export const MOST_WAITING = { host: 20_000, platform: 100_000 } as const

/** The share of a limit that gives way at once when it is reached. */
const GIVING_WAY = 0.02
export function givingWay(most: number): number {
  return Math.max(1, Math.ceil(most * GIVING_WAY))
}

/** Limits of a whole network, as a multiple of those of an address. */
export const NETWORK_FACTOR = 10

/**
 * The network of an address, of a size that one customer of a provider gets: /24 for IPv4 (also mapped into IPv6), /48
 * for IPv6. Another text is a network of its own.
 */
export function networkOf(address: string): string {
  const [, ipv4] = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(address) ?? []
  if (ipv4) return `${ipv4}.0/24`
  if (!address.includes(':')) return address
  const [left = '', right] = address.split('::')
  const groups = left === '' ? [] : left.split(':')
  const skipped = right === undefined ? 0 : 8 - groups.length - (right === '' ? 0 : right.split(':').length)
  const all = [...groups, ...Array.from({ length: skipped }, () => '0'), ...(right ? right.split(':') : [])]
  return `${all
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/48`
}

/** Thrown when the limit is reached and no unfinished sign-in can be removed; answered like an outage, with 503. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'
}
