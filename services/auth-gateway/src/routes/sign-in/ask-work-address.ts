import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readAddress } from '../../domain/sign-in/home-realm.ts'
import { sendOnward, sendPage, textsOf } from '../../http/page-plugin.ts'
import { takeForms } from '../../http/requests.ts'
import { askAddressPage, chooseRealmPage } from '../../pages/sign-in-pages.ts'
import type { Parts } from '../../ports.ts'
import { AttemptParams, chosenAccounts, findAttempt } from '../../sign-in/attempt.ts'
import { findRealms } from '../../sign-in/home-realm.ts'
import { onSites } from '../../sites/site-plugin.ts'

const PATH = '/auth/interaction/:uid/address'
const params = AttemptParams
const Answer = z.object({ address: z.string().max(400), account: z.uuid().optional() })

/** On a shared host: finds where to sign in by the work address, which is a hint and proves nothing (T-04). */
export const askWorkAddress: FastifyPluginAsyncZod<Parts> = async (app, ports) => {
  app.addHook('onRequest', onSites('shared'))
  takeForms(app, 2_048)

  app.get(PATH, { schema: { params } }, async (request, reply) => {
    const { uid, redirectOrigin } = (await findAttempt(ports, reply)).attempt
    return sendPage(reply, 200, askAddressPage(textsOf(request), uid), { formTarget: redirectOrigin })
  })

  app.post(PATH, { schema: { params, body: Answer } }, async (request, reply) => {
    const { site, attempt } = await findAttempt(ports, reply)
    const { uid, redirectOrigin } = attempt
    const texts = textsOf(request)
    const { address: typed, account: chosen } = request.body
    const address = readAddress(typed)
    if (address === undefined)
      return sendPage(reply, 200, askAddressPage(texts, uid, typed, 'malformed'), { formTarget: redirectOrigin })

    await app.rateLimiter.count(request, 'addresses-asked')
    const realms = await findRealms(ports, address)
    const [first, ...others] = realms
    const realm = chosen === undefined ? first : realms.find(({ account }) => account.id === chosen)
    if (!realm)
      return sendPage(reply, 200, askAddressPage(texts, uid, typed, 'unknown'), { formTarget: redirectOrigin })
    if (chosen === undefined && others.length > 0)
      return sendPage(reply, 200, chooseRealmPage(texts, uid, address, realms), { formTarget: redirectOrigin })
    const { tenant, account } = realm
    await chosenAccounts.save(ports, site, uid, { tenantId: tenant.id, accountId: account.id, loginHint: address })
    return sendOnward(reply, `/auth/interaction/${uid}/microsoft/${account.id}`)
  })
}
