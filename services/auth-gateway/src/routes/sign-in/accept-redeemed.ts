import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { isOfSender } from '../../domain/sign-in/pending-login.ts'
import { refuse } from '../../errors.ts'
import { sendOnward } from '../../http/page-plugin.ts'
import { requireSameSite } from '../../http/request-guards.ts'
import { takeForms } from '../../http/requests.ts'
import { REDEEMED_PATH } from '../../pages/script-pages.ts'
import type { Ports } from '../../ports.ts'
import { concludeLogin } from '../../sign-in/conclude-login.ts'
import { Redeemed, readRedeemed } from '../../sign-in/exchange.ts'
import { findAccount, redeemingLogins, senderOf } from '../../sign-in/pending-logins.ts'

/**
 * Takes the ID token that the browser got for a code of the platform `spa` (S11). The server never redeems such a code.
 */
export const acceptRedeemed: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  takeForms(app, 32_768)
  app.post(REDEEMED_PATH, { schema: { body: Redeemed } }, async (request, reply) => {
    requireSameSite(request)
    reply.header('cache-control', 'no-store')
    const { handle } = request.body
    const login = await redeemingLogins.find(ports, handle)
    if (!isOfSender(login, senderOf(request))) throw refuse('sign-in-misdirected')
    if (login.purpose === 'app') request.uiLocales ??= login.uiLocales
    await redeemingLogins.consume(ports, handle)

    const { account, shownTenant } = await findAccount(ports, request, login)
    if (account?.redirectPlatform !== 'spa') throw refuse('account-not-found')
    const outcome = await readRedeemed(ports, account, request.body, login.nonce)
    // A sign-in to an app ends on another origin (CSP `form-action`), and Control's Strict cookie is sent only by a
    // navigation that begins here.
    return concludeLogin(ports, reply, login, outcome, (path) => sendOnward(reply, path, shownTenant))
  })
}
