import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { isOfSender, nextOf, type PendingLogin } from '../../domain/sign-in/pending-login.ts'
import { ByHandle, type Redeemed, RedeemedForm, redemptionOrigin } from '../../domain/sign-in/redemption.ts'
import { refuse } from '../../errors.ts'
import { sendOnward } from '../../http/page-plugin.ts'
import { requireSameSite } from '../../http/request-guards.ts'
import { takeForms } from '../../http/requests.ts'
import { REDEEMED_PATH } from '../../pages/script-pages.ts'
import type { Ports } from '../../ports.ts'
import { concludeLogin } from '../../sign-in/conclude-login.ts'
import { newHandle, readRedeemed, tellWrongPlatform } from '../../sign-in/exchange.ts'
import { findAccount, redeemedLogins, redeemingLogins, senderOf } from '../../sign-in/pending-logins.ts'

/**
 * Takes the ID token that the browser got for a code of the platform `spa` (S11). The server never redeems such a code.
 * Redeemed on another host than that of the login, the result goes there under a handle: only there the browser can be
 * recognised.
 */
export const acceptRedeemed: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  takeForms(app, 32_768)
  app.post(REDEEMED_PATH, { schema: { body: RedeemedForm } }, async (request, reply) => {
    requireSameSite(request)
    reply.header('cache-control', 'no-store')
    const { handle, ...redeemed } = request.body
    const { login, code } = await redeemingLogins.find(ports, handle)
    if (redemptionOrigin(login) !== request.site.origin) throw refuse('sign-in-misdirected')
    if (login.origin === request.site.origin)
      return conclude(reply, { login, code, redeemed }, () => redeemingLogins.consume(ports, handle))

    await redeemingLogins.consume(ports, handle)
    const onward = newHandle()
    await redeemedLogins.save(ports, onward, { login, code, redeemed })
    if (login.purpose === 'app') request.uiLocales ??= login.uiLocales
    const { shownTenant } = await findAccount(ports, request, login)
    return sendOnward(reply, `${login.origin}${REDEEMED_PATH}?handle=${onward}`, shownTenant)
  })

  app.get(REDEEMED_PATH, { schema: { querystring: ByHandle } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { handle } = request.query
    return conclude(reply, await redeemedLogins.find(ports, handle), () => redeemedLogins.consume(ports, handle))
  })

  type Finished = { login: PendingLogin; code: string; redeemed: Redeemed }

  async function conclude(reply: FastifyReply, finished: Finished, consume: () => Promise<void>) {
    const { login, redeemed } = finished
    const { request } = reply
    if (!isOfSender(login, senderOf(request))) throw refuse('sign-in-misdirected')
    request.next = nextOf(login)
    if (login.purpose === 'app') request.uiLocales ??= login.uiLocales
    await consume()

    const { account, shownTenant } = await findAccount(ports, request, login)
    if (account?.redirectPlatform !== 'spa') throw refuse('account-not-found')
    const outcome = await readRedeemed(ports, account, redeemed, finished)
    await tellWrongPlatform(ports, request, login, outcome)
    // A sign-in to an app ends on another origin (CSP `form-action`), and Control's Strict cookie is sent only by a
    // navigation that begins here.
    return concludeLogin(ports, reply, login, outcome, (path) => sendOnward(reply, path, shownTenant))
  }
}
