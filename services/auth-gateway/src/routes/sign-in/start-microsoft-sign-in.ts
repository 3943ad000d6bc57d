import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findTenantOf, type SignInSite } from '../../domain/site.ts'
import { refuse } from '../../errors.ts'
import type { Attempt, Parts } from '../../ports.ts'
import { AttemptParams, chosenAccounts, findAttempt, provenIdentities } from '../../sign-in/attempt.ts'
import { redirectToMicrosoft } from '../../sign-in/begin-login.ts'
import { findNamedTenant } from '../../sign-in/home-realm.ts'

const schema = {
  params: AttemptParams.extend({ accountId: z.uuid() }),
  querystring: z.object({ prompt: z.literal('select_account').optional() }),
}

/** Starts a sign-in with the Microsoft account that the person chose, or with another login at Microsoft. */
export const startMicrosoftSignIn: FastifyPluginAsyncZod<Parts> = async (app, ports) => {
  app.get('/auth/interaction/:uid/microsoft/:accountId', { schema }, async (request, reply) => {
    const { site, attempt } = await findAttempt(ports, reply)
    const start = await findStart(ports, site, attempt, request.params.accountId)
    if (!start) throw refuse('account-not-found')
    await provenIdentities.remove(ports, site, attempt.uid)
    const chooseAnother = request.query.prompt === 'select_account'
    return redirectToMicrosoft(ports, reply, { attempt, ...start, chooseAnother })
  })
}

/**
 * An account of the tenant; on a shared host the account chosen for this attempt, or one of the tenant that the app
 * names, and no other.
 */
async function findStart(ports: Parts, site: SignInSite, attempt: Attempt, accountId: string) {
  const chosen = site.kind === 'shared' ? await chosenAccounts.find(ports, site, attempt.uid) : undefined
  const found =
    site.kind === 'tenant'
      ? site
      : chosen?.accountId === accountId
        ? await findTenantOf(ports.registry, site, chosen.tenantId)
        : attempt.tenantHint && (await findNamedTenant(ports, attempt.tenantHint))
  const account = found ? found.accounts.find(({ id }) => id === accountId) : undefined
  return found && account ? { realm: { ...found, account }, loginHint: chosen?.loginHint } : undefined
}
