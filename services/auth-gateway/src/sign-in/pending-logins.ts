import type { z } from 'zod'
import { PENDING_LOGIN, REDEEMING_LOGIN } from '../domain/session-limits.ts'
import { ControlLogin } from '../domain/sign-in/control-login.ts'
import { PendingLogin } from '../domain/sign-in/pending-login.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

type Storage = Pick<Ports, 'records'>

/** One namespace for all hosts: the platform's host looks up logins of every tenant (redirect mode `single`). */
const SPACE = 'pending-logins'

function storedLogins<Login extends Record<string, unknown>>(kind: string, schema: z.ZodType<Login>, ttl: number) {
  return {
    /** `attempt` makes it the only login of that attempt: a login saved for it before is removed. */
    async save({ records }: Storage, id: string, login: Login, attempt?: string): Promise<void> {
      if (attempt !== undefined) await records(SPACE).removeByUid(kind, attempt)
      await records(SPACE).save({ kind, id, payload: login, ttl, ...(attempt !== undefined && { uid: attempt }) })
    },
    /** @throws 400 `sign-in-not-found`. A used login is found until it expires. */
    async find({ records }: Storage, id: string): Promise<Login> {
      const found = id === '' ? undefined : await records(SPACE).find(kind, id)
      if (!found) throw refuse('sign-in-not-found')
      return schema.parse(found.payload)
    },
    /** Atomic: succeeds once. @throws 400 `sign-in-used` */
    async consume({ records }: Storage, id: string): Promise<void> {
      if (!(await records(SPACE).consume(kind, id))) throw refuse('sign-in-used')
    },
  }
}

/** Sign-ins of people that are at Microsoft now, by `state`. */
export const pendingLogins = storedLogins('PendingLogin', PendingLogin, PENDING_LOGIN)
/** Sign-ins to Control that are at Microsoft now, by `state`. */
export const pendingControlLogins = storedLogins('ControlLogin', ControlLogin, PENDING_LOGIN)
/** Sign-ins whose code a browser redeems now (platform `spa`), by the handle that its form carries (S11). */
export const redeemingLogins = storedLogins('RedeemingLogin', PendingLogin, REDEEMING_LOGIN)
export const redeemingControlLogins = storedLogins('RedeemingControlLogin', ControlLogin, REDEEMING_LOGIN)
