import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { type LogoutNotice, waitAfterAttempts } from '../domain/logout-notice.ts'
import type { LogoutNotices } from '../ports.ts'

export type SendingParts = {
  notices: LogoutNotices
  signToken: (notice: LogoutNotice) => Promise<string>
  /** Told of every attempt that failed; `isLast` when the app is given up. */
  onFailure: (notice: LogoutNotice, reason: string, isLast: boolean) => void
}

const AT_ONCE = 50
const TIMEOUT_MS = 5_000

/** Tells apps what sessions have ended, all at once: one that hangs delays nobody (T-61). Answers how many were due. */
export async function sendLogoutNotices({ notices, signToken, onFailure }: SendingParts): Promise<number> {
  const due = await notices.claim(AT_ONCE)
  await Promise.all(
    due.map(async ({ id, attempts, ...notice }) => {
      const trouble = await send(notice, await signToken(notice))
      if (trouble === undefined) return notices.remove(id)
      const wait = waitAfterAttempts(attempts)
      onFailure(notice, trouble, wait === undefined)
      return wait === undefined ? notices.remove(id) : notices.postpone(id, wait)
    }),
  )
  return due.length
}

/** Undefined when the app has heard it, or what went wrong. No redirect is followed: it would carry the token to somebody else. */
async function send({ url }: LogoutNotice, token: string): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      dispatcher: agent,
    })
    await body.dump()
    return statusCode === 200 || statusCode === 204 ? undefined : `HTTP ${statusCode}`
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'unreachable'
  }
}

/** Names below `localhost` are this machine (RFC 6761 6.3), which the system's resolver may not know. */
const lookupLocally: LookupFunction = (name, options, done) => lookup(name.endsWith('.localhost') ? 'localhost' : name, options, done)

const agent = new Agent({ connect: { lookup: lookupLocally, timeout: TIMEOUT_MS }, bodyTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS })
