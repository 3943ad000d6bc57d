import { html } from '@jackfield/http-server/html'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { SignInAccount } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { REDEEMED_PATH } from '../../pages/redeem-in-browser-page.ts'
import type { Ports } from '../../ports.ts'
import { readBrowser } from '../../sessions/browser-cookie.ts'
import { requireSameSite } from '../../sessions/same-site.ts'
import { redeemingLogins } from '../../sign-in/pending-logins.ts'
import { signInSite } from '../../sites/site-plugin.ts'
import { concludeSignIn, findPendingAccount } from './microsoft-callback.ts'

const text = (most: number) => z.string().max(most).default('')
export const Redeemed = z.object({
  handle: z.string().min(20).max(64),
  id_token: text(16_384),
  error: text(200),
  error_description: text(4_096),
})

/**
 * Takes the ID token that the browser got for a code of the platform `spa` (S11). The server never redeems such a code.
 */
export const acceptRedeemed: FastifyPluginAsync<Ports> = async (app, ports) => {
  acceptForm(app)

  app.post<{ Body: z.infer<typeof Redeemed> }>(
    REDEEMED_PATH,
    { schema: { body: Redeemed } },
    async (request, reply) => {
      requireSameSite(request)
      reply.header('cache-control', 'no-store')
      const site = signInSite(request)
      const { handle } = request.body
      const pending = await redeemingLogins.find(ports, handle)
      const isOfTenant = site.kind === 'shared' || pending.tenantId === site.tenant.id
      const isOwn = isOfTenant && pending.origin === site.origin && pending.browser === readBrowser(request)
      if (!isOwn) throw refuse('sign-in-misdirected')
      request.uiLocales ??= pending.uiLocales
      await redeemingLogins.consume(ports, handle)

      const account = await findPendingAccount(ports, request, pending)
      if (account?.redirectPlatform !== 'spa') throw refuse('account-not-found')
      const outcome = await readRedeemed(ports, account, request.body, pending.nonce)
      return concludeSignIn(ports, request, reply, pending, outcome, (path) => {
        // A page instead of a redirect: a form led here, and the sign-in ends on another origin (CSP `form-action`).
        const texts = textsOf(request)
        const body = html`<p>${texts.oneMoment}</p><div class="actions"><a class="button" href="${path}">${texts.continue}</a></div>`
        return sendPage(reply.header('refresh', `0;url=${path}`), 200, { title: texts.redeeming.title, body })
      })
    },
  )
}

export function acceptForm(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 32_768 },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    },
  )
}

/** Verifies the ID token from the browser, or reads why there is none. */
export async function readRedeemed(
  { microsoft }: Pick<Ports, 'microsoft'>,
  account: SignInAccount,
  { id_token: idToken, error, error_description: description }: z.infer<typeof Redeemed>,
  nonce: string,
) {
  if (error === 'unreachable') return { kind: 'unreachable' } as const
  if (error) return microsoft.readErrorAnswer(new URLSearchParams({ error, error_description: description }))
  return idToken ? microsoft.accept(account, idToken, nonce) : ({ kind: 'malformed' } as const)
}
