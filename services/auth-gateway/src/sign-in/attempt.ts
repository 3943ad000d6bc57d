import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { INTERACTION } from '../domain/lifetimes.ts'
import { namespaceOf, type SignInSite } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import type { AttemptResult, LostAttempt, Ports } from '../ports.ts'
import { readBrowsers } from '../sessions/browser-cookie.ts'
import { signInSite } from '../sites/site-plugin.ts'

/** The attempt that a page's address names. The browser cookie proves that it belongs to this browser. */
export const AttemptParams = z.object({ uid: z.string().regex(/^[\w-]{1,64}$/) })
export type AttemptParams = z.infer<typeof AttemptParams>

/**
 * The attempt that the address names, its site, and how to end it.
 *
 * @throws 400 `sign-in-not-found` when it has ended or belongs to another browser, `cookies-missing`
 */
export async function findAttempt(ports: Ports, reply: FastifyReply) {
  const { request } = reply
  const site = signInSite(request)
  const provider = await ports.providers(site)
  const attempt = await provider.findAttempt(request.raw, reply.raw, readBrowsers(request))
  const { uid } = request.params as AttemptParams
  if (attempt?.uid !== uid)
    return refuseLostAttempt(request, await provider.findLostAttempt(uid, readBrowsers(request)))
  request.uiLocales ??= attempt.uiLocales
  /** What `alongside` writes is written in one step with the end. */
  const end = async (result: AttemptResult, alongside = async () => {}) => {
    let location = ''
    await ports.records.asOne(async () => {
      await alongside()
      location = await provider.endAttempt(request.raw, reply.raw, attempt, result)
      return 'done'
    })
    return reply.redirect(location, 303)
  }
  return { site, attempt, end }
}

/** Reload, Back and a double click lead here after the attempt has ended: its request can be made once more (T-132). */
function refuseLostAttempt(request: FastifyRequest, lost: LostAttempt): never {
  if (lost.kind === 'own') request.next = lost.again
  const isWithoutCookies = lost.kind === 'foreign' && readBrowsers(request).length === 0
  throw refuse(isWithoutCookies ? 'cookies-missing' : 'sign-in-not-found')
}

/** The identity that Microsoft gave for an attempt, and the account and tenant it was asked for. */
const Proven = z.object({
  directoryId: z.string(),
  objectId: z.string(),
  amr: z.array(z.string()),
  tenantId: z.string(),
  accountId: z.string(),
  isTenantChosen: z.boolean(),
  sid: z.string().optional(),
  /** Id of the event that tells of the sign-in. */
  auditId: z.uuid(),
})
export type Proven = z.infer<typeof Proven>

/** The account that was chosen for an attempt on a shared host; `loginHint` is the address that led to it. */
const ChosenAccount = z.object({ tenantId: z.string(), accountId: z.string(), loginHint: z.string().optional() })

function storedForAttempt<Value extends Record<string, unknown>>(kind: string, schema: z.ZodType<Value>) {
  return {
    save: ({ records }: Ports, site: SignInSite, uid: string, payload: Value) =>
      records(namespaceOf(site)).save({ kind, id: uid, payload, ttl: INTERACTION }),
    async find({ records }: Ports, site: SignInSite, uid: string): Promise<Value | undefined> {
      const found = await records(namespaceOf(site)).find(kind, uid)
      return found && schema.parse(found.payload)
    },
    remove: ({ records }: Ports, site: SignInSite, uid: string) => records(namespaceOf(site)).remove(kind, uid),
  }
}

export const provenIdentities = storedForAttempt('MicrosoftIdentity', Proven)
/** Whoever has come back from Microsoft gives way to nobody. */
export const stopWaiting = ({ records }: Ports, site: SignInSite, uid: string) =>
  records(namespaceOf(site)).stopWaiting('Interaction', uid)

export const chosenAccounts = storedForAttempt('SignInRealm', ChosenAccount)
/** The refusal that was recorded in the audit log: one event for each, not for each view of its page. */
export const auditedRefusals = storedForAttempt('AuditedRefusal', z.object({ reason: z.string() }))
