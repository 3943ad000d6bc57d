import { z } from 'zod'
import { Guid } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'

const Criteria = z.strictObject({
  department: z.string().trim().min(1).max(256).optional(),
  domain: z
    .string()
    .trim()
    .toLowerCase()
    .max(253)
    .regex(
      /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
      'must be a domain such as contoso.com',
    )
    .optional()
    .meta({ description: 'Of the user principal name or of the mail address' }),
  userType: z.enum(['Member', 'Guest']).optional(),
  groupId: Guid.optional().meta({
    description: 'Direct or nested member of the group; needs the application permission GroupMember.Read.All',
  }),
  skuId: Guid.optional().meta({ description: 'Has the licence, of its own or through a group' }),
})

/** A person who meets every criterion of a rule is synced without a manual tick. */
export const ImportRule = Criteria.extend({ sso: z.boolean() }).refine(
  ({ sso: _, ...criteria }) => Object.values(criteria).some((criterion) => criterion !== undefined),
  'needs a criterion',
)
export type ImportRule = z.infer<typeof ImportRule>

export const ImportRules = z
  .strictObject({
    items: z.array(ImportRule).max(50).meta({ description: 'In order: the first that fits somebody decides' }),
    leavers: z.enum(['keep', 'unsync']).meta({
      description:
        'What becomes of whom a rule brought once none fits: stays as they are, or loses Sync User and SSO enabled',
    }),
  })
  .meta({ id: 'ImportRules' })
export type ImportRules = z.infer<typeof ImportRules>

/** What a run has found and not done: a preview's, or that of a run that awaits approval. */
export const PlannedChange = z
  .object({
    objectId: Guid,
    displayName: z.string(),
    userPrincipalName: z.string(),
    change: z.enum(['create', 'update', 'disable', 'delete', 'sync', 'unsync']),
  })
  .meta({ id: 'PlannedChange' })
export type PlannedChange = z.infer<typeof PlannedChange>

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')
export const PlannedChangeQuery = PageQuery.extend({
  removals: Flag.default(false).meta({ description: 'Only whom the run would disable, delete or no longer sync' }),
})
