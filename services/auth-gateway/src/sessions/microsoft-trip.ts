import type { FastifyReply, FastifyRequest } from 'fastify'

const NAME = '__Host-jackfield-at-microsoft'
const OPTIONS = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const
/** Seconds: tabs that are restored together, or a second click, are no return. */
const SOONEST = 10
const LATEST = 600

// Microsoft keeps whom it refuses on a page of its own (AADSTS50020), and refuses them again as often as they come. The
// browser notes that it left, so that the next attempt can explain (FC-12). The note decides nothing else.

export function noteDeparture(reply: FastifyReply, accountId: string, now: number): void {
  reply.setCookie(NAME, `${accountId}.${now}`, { ...OPTIONS, maxAge: LATEST })
}

/** Microsoft has answered, whatever it said. */
export function noteReturn(reply: FastifyReply): void {
  if (reply.request.cookies[NAME] !== undefined) reply.clearCookie(NAME, OPTIONS)
}

/** Whether this browser went to Microsoft for the account and did not come back. */
export function hasNotReturned({ cookies }: FastifyRequest, accountId: string, now: number): boolean {
  const [left, at = ''] = (cookies[NAME] ?? '').split('.')
  const seconds = now - Number(at)
  return left === accountId && seconds >= SOONEST && seconds <= LATEST
}
