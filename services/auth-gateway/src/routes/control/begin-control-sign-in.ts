import { type ControlSignInAnswer, ControlSignInRequest } from '@jackfield/contract/access/control-sign-in'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { controlRedirectUri, readTenantHost } from '../../domain/sign-in/pending-login.ts'
import { readHost } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import { requireSameSite } from '../../http/request-guards.ts'
import type { Parts } from '../../ports.ts'
import { ensureBrowser } from '../../sessions/browser-cookie.ts'
import { endControlSession } from '../../sessions/control-session.ts'
import { beginLogin } from '../../sign-in/begin-login.ts'
import { causeOf } from '../../sign-in/sign-in-audit.ts'
import { findSignInSite } from '../../sites/site-plugin.ts'

/**
 * Begins a sign-in to Control with Microsoft, through a tenant's account. Only Control's own page may call it, so that
 * no other site can replace a session (SC-12). An existing session ends; the new one gets a new id (T-21).
 */
export const beginControlSignIn: FastifyPluginAsyncZod<Parts> = async (app, ports) => {
  const { registry, baseUrl } = ports
  app.post(
    '/auth/control/sign-ins',
    { schema: { body: ControlSignInRequest } },
    async (request, reply): Promise<ControlSignInAnswer> => {
      reply.header('cache-control', 'no-store')
      requireSameSite(request)
      const { tenant, accountId, chooseAnother, returnTo } = request.body
      const host = readHost(readTenantHost(tenant, baseUrl), new URL(baseUrl).protocol)
      const site = host === undefined ? undefined : await findSignInSite(registry, host)
      if (site?.kind !== 'tenant') throw refuse('tenant-not-found')
      const chosen = accountId === undefined ? site.accounts : site.accounts.filter(({ id }) => id === accountId)
      const [account, ...others] = chosen
      if (!account) throw refuse(accountId === undefined ? 'microsoft-not-set-up' : 'account-not-found')
      if (others.length > 0) return { kind: 'choose-account', accounts: chosen.map(({ id, alias }) => ({ id, alias })) }

      const redirectUri = controlRedirectUri(account.redirectMode, site, await registry.listApps(), baseUrl)
      if (redirectUri === undefined) throw refuse('microsoft-not-set-up')
      const { browser, setCookies } = ensureBrowser(request)
      const { origin } = request.site
      const answer = await beginLogin(
        ports,
        account,
        { purpose: 'control', tenantId: site.tenant.id, accountId: account.id, origin, redirectUri, returnTo, browser },
        { loginHint: undefined, domainHint: undefined, prompt: chooseAnother ? 'select_account' : undefined },
      )
      if (answer.kind !== 'url') {
        const { reason } = causeOf(answer)
        request.log.warn({ reason, accountId: account.id }, 'microsoft gave no address to sign in at')
        throw refuse('microsoft-unavailable')
      }
      await endControlSession(ports, reply)
      reply.header('set-cookie', setCookies)
      return { kind: 'go-to-microsoft', url: answer.url }
    },
  )
}
