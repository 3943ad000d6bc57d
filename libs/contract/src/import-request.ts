import { z } from 'zod'
import { Guid } from './identifier.ts'

const noSsoWithoutSync = [
  (ticks: { sync: boolean; sso: boolean }) => ticks.sync || !ticks.sso,
  'SSO cannot be enabled for a user that is not synced',
] as const

export const UserTicks = z.object({ id: Guid, sync: z.boolean(), sso: z.boolean() }).refine(...noSsoWithoutSync)
export type UserTicks = z.infer<typeof UserTicks>

const ChosenUsers = z.object({ users: z.array(UserTicks).min(1).max(10_000) })
const AllUsers = z.object({ all: z.literal(true), sync: z.boolean(), sso: z.boolean() }).refine(...noSsoWithoutSync)

/** What to import: users chosen one by one, each with its two ticks, or everybody with the same ticks. */
export const ImportRequest = z.union([ChosenUsers, AllUsers])
export type ImportRequest = z.infer<typeof ImportRequest>
