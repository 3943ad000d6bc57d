/** Kinds that an unfinished sign-in stores; that of a server-rendered frontend stores two. */
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
 * Maximum unfinished sign-ins of one host and of the platform. With their lifetimes they limit what a flood from many
 * addresses can fill (T-102). People with a session need none. The README's table repeats these.
 */
export const MOST_WAITING = { host: 20_000, platform: 100_000 } as const

/** Thrown when the limit is reached; answered like an outage, with 503. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'
}
