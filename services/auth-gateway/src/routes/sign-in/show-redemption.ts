import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { isOfSender, nextOf } from '../../domain/sign-in/pending-login.ts'
import { ByHandle, redemptionOrigin } from '../../domain/sign-in/redemption.ts'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { REDEEM_PATH, redeemInBrowserPage } from '../../pages/script-pages.ts'
import type { Ports } from '../../ports.ts'
import { findAccount, redeemingLogins, senderOf } from '../../sign-in/pending-logins.ts'

/**
 * The page on which the browser redeems a code of the platform `spa` (S11). The handle was given to the browser that
 * began the login; its result counts in that browser alone.
 */
export const showRedemption: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.get(REDEEM_PATH, { schema: { querystring: ByHandle } }, async (request, reply) => {
    const { handle } = request.query
    const { login, ...redeeming } = await redeemingLogins.findUnused(ports, handle)
    const { origin } = request.site
    if (redemptionOrigin(login) !== origin) throw refuse('sign-in-misdirected')
    // On another host than that of the login the browser cannot be recognised.
    if (login.origin === origin && !isOfSender(login, senderOf(request))) throw refuse('sign-in-misdirected')
    request.next = nextOf(login)
    if (login.purpose === 'app') request.uiLocales ??= login.uiLocales
    const { redirectUri, verifier } = login
    const form = { ...redeeming, redirectUri, verifier, handle }
    const { shownTenant: tenant } = await findAccount(ports, request, login)
    return sendPage(reply, 200, { ...redeemInBrowserPage(textsOf(request), form), tenant })
  })
}
