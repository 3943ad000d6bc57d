import { z } from 'zod'

/** The stored properties of a group, and its first members. */
const GroupProperties = z.object({
  id: z.guid().toLowerCase(),
  displayName: z.string().min(1).max(256),
  description: z.string().nullish(),
  mail: z.string().nullish(),
  mailEnabled: z.boolean().default(false),
  mailNickname: z.string().nullish(),
  securityEnabled: z.boolean().default(true),
  /** `Unified` makes a Microsoft 365 group, which cannot contain groups. */
  groupTypes: z.array(z.enum(['Unified', 'DynamicMembership'])).default([]),
  visibility: z.enum(['Public', 'Private', 'HiddenMembership']).nullish(),
  createdDateTime: z.iso.datetime().optional(),
})

export const GroupSeed = z.strictObject({
  ...GroupProperties.shape,
  members: z.array(z.guid().toLowerCase()).default([]),
})
export type GroupSeed = z.input<typeof GroupSeed>

export const GroupChange = z.strictObject({
  displayName: z.string().min(1).max(256).optional(),
  description: z.string().nullish(),
  mail: z.string().nullish(),
  visibility: z.enum(['Public', 'Private', 'HiddenMembership']).nullish(),
})
export type GroupChange = z.input<typeof GroupChange>

export type Group = Readonly<z.output<typeof GroupProperties>>
export type GroupProperty = keyof Group
export const GROUP_PROPERTIES = Object.keys(GroupProperties.shape) as GroupProperty[]

export type Member = { id: string; type: 'user' | 'group' }
export type GroupChanged = {
  groupId: string
  properties: 'whole' | 'none' | readonly GroupProperty[]
  member?: Member & { isRemoved: boolean }
}
