import { z } from 'zod'
import { Guid } from '../http/identifier.ts'

const noSsoWithoutSync = [
  (ticks: { sync: boolean; sso: boolean }) => ticks.sync || !ticks.sso,
  'SSO cannot be enabled for a user that is not synced',
] as const

export const UserTicks = z.strictObject({ id: Guid, sync: z.boolean(), sso: z.boolean() }).refine(...noSsoWithoutSync)
export type UserTicks = z.infer<typeof UserTicks>

const ChosenUsers = z.strictObject({ users: z.array(UserTicks).min(1).max(10_000) })
/**
 * Narrows an import of everybody. `search` means what it means in the list of Microsoft users: what a name, UPN, mail
 * or department begins with.
 */
export const ImportFilter = z.strictObject({
  search: z.string().trim().min(1).max(200).optional(),
  department: z.string().trim().min(1).max(256).optional(),
  userType: z.enum(['Member', 'Guest']).optional(),
  accountEnabled: z.boolean().optional(),
})
export type ImportFilter = z.infer<typeof ImportFilter>

const AllUsers = z
  .strictObject({ all: z.literal(true), filter: ImportFilter.optional(), sync: z.boolean(), sso: z.boolean() })
  .refine(...noSsoWithoutSync)

/** What to import: users chosen one by one, each with its two ticks, or everybody with the same ticks. */
export const ImportRequest = z.union([ChosenUsers, AllUsers])
export type ImportRequest = z.infer<typeof ImportRequest>

/** `delta`: what changed since the last time; `full`: the whole directory is compared. */
export const ResyncRequest = z.strictObject({ mode: z.enum(['delta', 'full']) })

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')
/** `preview`: the run only counts what it would do. */
export const RunQuery = z.strictObject({ preview: Flag.default(false) })
