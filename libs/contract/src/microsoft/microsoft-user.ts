import { z } from 'zod'
import { Guid } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'
import { PersonAttributes } from '../roster/person-attributes.ts'

/** A user as Microsoft Graph tells it now, with what the roster knows of the same person. */
export const MicrosoftUser = z
  .object({
    id: Guid,
    ...PersonAttributes.shape,
    employeeId: PersonAttributes.shape.employeeId.default(null),
    accountEnabled: z.boolean().describe('False also where Microsoft does not say.'),
    imported: z.boolean(),
    sync: z.boolean(),
    sso: z.boolean(),
  })
  .meta({ id: 'MicrosoftUser' })
export type MicrosoftUser = z.infer<typeof MicrosoftUser>

export const MicrosoftUserQuery = PageQuery.extend({ search: z.string().trim().max(200).optional() })
export type MicrosoftUserQuery = z.infer<typeof MicrosoftUserQuery>

const Count = z.int().min(0)
/** How many users a directory has, by what an import of everybody can leave out. */
export const MicrosoftUserCount = z
  .object({
    total: Count,
    guests: Count,
    disabled: Count.meta({ description: 'Blocked from sign-in; rooms and shared mailboxes usually are' }),
    disabledGuests: Count.meta({ description: 'Of the guests, those that are disabled' }),
  })
  .meta({ id: 'MicrosoftUserCount' })
export type MicrosoftUserCount = z.infer<typeof MicrosoftUserCount>
