/**
 * Something a service rests on, other than its own stores, does not do its part just now: answered as 503
 * `temporarily-unavailable`.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}
