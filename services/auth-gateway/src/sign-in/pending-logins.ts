import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PENDING_LOGIN, REDEEMING_LOGIN } from '../domain/lifetimes.ts'
import { PENDING_LOGINS } from '../domain/rate-limits.ts'
import { isControlState, PendingLogin } from '../domain/sign-in/pending-login.ts'
import { Redeemed } from '../domain/sign-in/redemption.ts'
import { findTenantOf } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { readBrowsers } from '../sessions/browser-cookie.ts'

const SPACE = PENDING_LOGINS

function storedLogins<T extends { login: PendingLogin } | PendingLogin>(
  schema: z.ZodType<T>,
  kindOf: (id: string) => string,
  ttl: number,
) {
  async function findStored({ records }: Ports, id: string) {
    const found = id === '' ? undefined : await records(SPACE).find(kindOf(id), id)
    if (!found) throw refuse('sign-in-not-found')
    return found
  }
  return {
    /** `attempt` makes it the only login of that attempt: an earlier one is removed. */
    async save({ records }: Ports, id: string, login: T, attempt?: string): Promise<void> {
      const space = records(SPACE)
      const kind = kindOf(id)
      if (attempt !== undefined) await space.removeByUid(kind, attempt)
      await space.save({ kind, id, payload: login, ttl, ...(attempt !== undefined && { uid: attempt }) })
    },
    /** @throws 400 `sign-in-not-found`. A used login is found until it expires. */
    find: async (ports: Ports, id: string): Promise<T> => schema.parse((await findStored(ports, id)).payload),
    /** @throws 400 `sign-in-not-found`, `sign-in-used` */
    async findUnused(ports: Ports, id: string): Promise<T> {
      const { payload, consumedAt } = await findStored(ports, id)
      if (consumedAt !== undefined) throw refuse('sign-in-used')
      return schema.parse(payload)
    },
    /** Atomic: succeeds once. @throws 400 `sign-in-used` */
    async consume({ records }: Ports, id: string): Promise<void> {
      if (!(await records(SPACE).consume(kindOf(id), id))) throw refuse('sign-in-used')
    },
  }
}

/** Logins that are at Microsoft now, by `state`. Control's have no attempt: their own kind counts as unfinished. */
export const pendingLogins = storedLogins(
  PendingLogin,
  (state) => (isControlState(state) ? 'ControlLogin' : 'PendingLogin'),
  PENDING_LOGIN,
)
/** Logins whose code a browser redeems now (platform `spa`), by the handle that its form carries (S11). */
export const redeemingLogins = storedLogins(
  z.object({ login: PendingLogin, code: z.string(), clientId: z.string(), tokenEndpoint: z.url(), scope: z.string() }),
  () => 'RedeemingLogin',
  REDEEMING_LOGIN,
)
/** Logins whose code was redeemed on the host of the redirect URI, with the result, on the way to their own host. */
export const redeemedLogins = storedLogins(
  z.object({ login: PendingLogin, code: z.string(), redeemed: Redeemed }),
  () => 'RedeemedLogin',
  REDEEMING_LOGIN,
)

/** Tenant and account of a login as they are now; undefined when removed or disabled since it began. */
export async function findAccount(
  { registry }: Ports,
  { site }: FastifyRequest,
  { purpose, tenantId, accountId }: PendingLogin,
) {
  const found = await findTenantOf(registry, site, tenantId)
  return {
    tenant: found?.tenant,
    account: found?.accounts.find(({ id }) => id === accountId),
    /** The hosts of Control and of the platform do not determine the name on a page. */
    shownTenant: purpose === 'control' || site.kind === 'platform' ? found?.tenant.name : undefined,
  }
}

/** Host and browser of a request, as a pending login is bound to them. */
export function senderOf(request: FastifyRequest) {
  const { site } = request
  const tenantId = site.kind === 'tenant' ? site.tenant.id : undefined
  return { tenantId, origin: site.origin, browsers: readBrowsers(request) }
}
