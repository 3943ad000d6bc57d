/** What a sign-in leaves behind that nobody has finished. A server-rendered frontend's own leaves two of them. */
const KINDS: ReadonlySet<string> = new Set(['Interaction', 'FrontendSignIn', 'PushedAuthorizationRequest', 'DeviceCode', 'ControlLogin'])

export function isOfWaitingSignIn(kind: string): boolean {
  return KINDS.has(kind)
}

/**
 * How many may wait at once, on one host of a tenant and on the whole platform: with their times they bound what a flood from many
 * addresses can fill (T-102). Who has a session needs no place. The README's table repeats these.
 */
export const MOST_WAITING = { host: 20_000, platform: 100_000 } as const

/** There is no place for one more; answered as a part of ours that is not available just now. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'
}
