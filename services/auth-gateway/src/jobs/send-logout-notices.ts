import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { App } from '@jackfield/contract/tenants/app'
import { type FairSender, fairSender } from '@jackfield/http-server/fair-sender'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import { Agent, request } from 'undici'
import { registerApp } from '../domain/app-registration.ts'
import { type LogoutNotice, waitAfterAttempts } from '../domain/logout-notice.ts'
import type { LogoutNotices, Registry } from '../ports.ts'
import { findSignInSite } from '../sites/site-plugin.ts'

type SendingParts = {
  notices: LogoutNotices
  registry: Pick<Registry, 'findHost' | 'listApps'>
  baseUrl: string
  signToken: (notice: LogoutNotice, alg: App['idTokenSignedResponseAlg']) => Promise<string>
  /** Called for every failed attempt; `isLast` when the app is given up. */
  onFailure: (notice: LogoutNotice, reason: string, isLast: boolean) => void
  onError: (error: unknown) => void
  timeoutMs?: number
}

const AT_ONCE = 240
const MOST = { receiver: 8, app: 32, tenant: 32 }

/**
 * Sends logout notices. Addresses, apps and tenants have slots of their own: an app that hangs delays no other app, nor
 * its own notices at another tenant's address (T-61, T-130).
 */
export function sendLogoutNotices(parts: SendingParts): FairSender {
  const { notices, onFailure, onError, timeoutMs = 5_000 } = parts
  return fairSender({
    slots: fairSlots(AT_ONCE, MOST),
    listDue: () => notices.listDue(MOST.receiver),
    claim: notices.claim,
    idOf: ({ id }) => id,
    async deliver({ id, attempts, ...notice }) {
      const app = await findReceiver(parts, notice).catch(async (error: unknown) => {
        await notices.putBack(id)
        throw error
      })
      // The app no longer has this address.
      if (app?.address !== notice.url) return notices.remove(id).then(() => false)

      const trouble = await send(notice.url, await parts.signToken(notice, app.alg), timeoutMs)
      const wait = trouble === undefined ? undefined : waitAfterAttempts(attempts)
      if (trouble !== undefined) onFailure(notice, trouble, wait === undefined)
      await (wait === undefined ? notices.remove(id) : notices.postpone(id, wait))
      return trouble === undefined
    },
    onError,
  })
}

/** How the app takes notices of this issuer now; undefined when it is gone. */
async function findReceiver({ registry, baseUrl }: SendingParts, { issuer, clientId }: LogoutNotice) {
  const site = await findSignInSite(registry, new URL(issuer).host)
  const apps = await registry.listApps()
  const app = apps.find((each) => each.clientId === clientId)
  if (!site || !app) return undefined
  return { address: registerApp(app, site, apps, baseUrl).backchannelLogoutUri, alg: app.idTokenSignedResponseAlg }
}

/** Undefined on success, otherwise the reason. Follows no redirect, which would carry the token elsewhere. */
async function send(url: string, token: string, timeoutMs: number): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
      signal: AbortSignal.timeout(timeoutMs),
      dispatcher: agent,
    })
    await body.dump()
    return statusCode === 200 || statusCode === 204 ? undefined : `HTTP ${statusCode}`
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'unreachable'
  }
}

/** Resolves names below `localhost` to this machine (RFC 6761 6.3); the system's resolver may not. */
const lookupLocally: LookupFunction = (name, options, done) =>
  lookup(name.endsWith('.localhost') ? 'localhost' : name, options, done)

const agent = new Agent({ connect: { lookup: lookupLocally } })
