import { z } from 'zod'
import { Id } from '../http/identifier.ts'
import { Alias } from '../microsoft/microsoft-account.ts'

// auth-gateway `POST /auth/control/sign-ins`, asked by Control's own pages.

/**
 * Names the tenant whose Microsoft 365 account signs an administrator in to Control: `tenant` is its slug or one of its
 * hosts. `accountId` is sent after the administrator has chosen one of several accounts.
 */
export const ControlSignInRequest = z.strictObject({
  tenant: z.string().trim().toLowerCase().min(1).max(260),
  accountId: Id.optional(),
  chooseAnother: z
    .boolean()
    .default(false)
    .meta({ description: 'Ask Microsoft for another login than the one it would take' }),
  returnTo: z
    .string()
    .regex(/^(?:\/|(?:\/[\w-]+)+\/?)$/)
    .max(300)
    .default('/')
    .meta({ description: 'Where in Control they want to go' }),
})
export type ControlSignInRequest = z.input<typeof ControlSignInRequest>

export const ControlSignInAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('go-to-microsoft'), url: z.url() }),
  z.object({ kind: z.literal('choose-account'), accounts: z.array(z.object({ id: Id, alias: Alias })) }),
])
export type ControlSignInAnswer = z.infer<typeof ControlSignInAnswer>
