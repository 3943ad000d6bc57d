/** A wait that another service asks for, in whole seconds: as asked, and as long as it is obeyed. */
export type RetryAfter = { seconds: number; asked: number }

/** However long a wait is asked for, after an hour we ask again (T-125). */
export const LONGEST_WAIT_SECONDS = 3_600
/** Wait of a refusal without a Retry-After header. */
export const UNTOLD_WAIT: RetryAfter = { seconds: 10, asked: 10 }

const DECIMAL = /^\d{1,20}(?:\.\d{0,20})?$|^\.\d{1,20}$/
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? [\w :-]{1,40}$/

/**
 * A Retry-After in either form (RFC 9110 10.2.3). Microsoft has sent fractions: they are rounded up. Undefined for what
 * is neither, and for a date that is over: they tell of no wait, least of all that there is none. `now` is in
 * milliseconds since 1970.
 */
export function readRetryAfter(value: string | null | undefined, now: number): RetryAfter | undefined {
  const text = value?.trim() ?? ''
  const asked = DECIMAL.test(text) ? Math.ceil(Number(text)) : secondsUntil(text, now)
  return asked === undefined ? undefined : { seconds: Math.min(asked, LONGEST_WAIT_SECONDS), asked }
}

function secondsUntil(text: string, now: number): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined
  // The oldest of the three forms of a date (RFC 9110 5.6.7) does not say that it is in GMT.
  const seconds = Math.ceil((Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`) - now) / 1000)
  return seconds > 0 ? seconds : undefined
}
