import { html } from '@jackfield/http-server/html'
import type { FastifyPluginAsync } from 'fastify'
import type { z } from 'zod'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { CONTROL_REDEEMED_PATH } from '../../pages/control-sign-in-pages.ts'
import type { Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { requireSameSite } from '../../sessions/same-site.ts'
import { concludeControlSignIn, findAccount } from '../../sign-in/control-sign-in.ts'
import { redeemingControlLogins } from '../../sign-in/pending-logins.ts'
import { acceptForm, Redeemed, readRedeemed } from '../sign-in/accept-redeemed.ts'

/** Takes the ID token that the browser got for a code of the platform `spa`, for a sign-in to Control. */
export const acceptControlRedeemed: FastifyPluginAsync<Ports> = async (app, ports) => {
  acceptForm(app)

  app.post<{ Body: z.infer<typeof Redeemed> }>(
    CONTROL_REDEEMED_PATH,
    { schema: { body: Redeemed } },
    async (request, reply) => {
      requireSameSite(request)
      reply.header('cache-control', 'no-store')
      const { handle } = request.body
      const login = await redeemingControlLogins.find(ports, handle)
      if (login.origin !== request.site.origin || login.browser !== readBrowser(request))
        throw refuse('sign-in-misdirected')
      await redeemingControlLogins.consume(ports, handle)

      const { site, account } = await findAccount(ports, login)
      if (account.redirectPlatform !== 'spa') throw refuse('account-not-found')
      const outcome = await readRedeemed(ports, account, request.body, login.nonce)
      // A page instead of a redirect: the request came from another origin, and only a new navigation sends the Strict
      // cookie.
      const goOn = (path: string) => {
        const texts = textsOf(request)
        const body = html`<p>${texts.oneMoment}</p><div class="actions"><a class="button" href="${path}">${texts.continue}</a></div>`
        return sendPage(reply.header('refresh', `0;url=${path}`), 200, {
          title: texts.redeeming.title,
          tenant: site.tenant.name,
          body,
        })
      }
      return concludeControlSignIn(ports, request, reply, { site, login, outcome, goOn })
    },
  )
}
