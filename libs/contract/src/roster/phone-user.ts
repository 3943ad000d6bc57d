import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Guid, Id, Timestamp } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'
import { PersonAttributes } from './person-attributes.ts'

export const ExtensionNumber = z
  .string()
  .trim()
  .regex(/^[0-9*#+]{1,32}$/, 'must be 1 to 32 digits, *, # or +')

export const Binding = z.object({ phoneSystemId: Id, phoneSystemName: z.string(), extension: ExtensionNumber })
export type Binding = z.infer<typeof Binding>

/**
 * The extension of a disabled or deleted user stays reserved. `until` is the time at which it becomes free; null means
 * until an administrator frees it.
 */
export const ExtensionHold = z.object({ since: Timestamp, until: Timestamp.nullable() }).meta({ id: 'ExtensionHold' })
export type ExtensionHold = z.infer<typeof ExtensionHold>

/** Who holds an extension; `hold` while it is only kept for them. */
export const ExtensionHolder = z.object({ userId: Id, displayName: z.string(), hold: ExtensionHold.optional() })
export type ExtensionHolder = z.infer<typeof ExtensionHolder>

const PhoneUserStatus = z.enum(['active', 'disabled', 'deleted'])

/** A person of the roster. The person is (directoryId, objectId); everything Microsoft may rename is an attribute. */
export const PhoneUser = z
  .object({
    etag: Etag,
    id: Id,
    accountId: Id,
    directoryId: Guid,
    objectId: Guid,
    ...PersonAttributes.shape,
    // Optional for readers: a worker of an older version does not say them.
    employeeId: PersonAttributes.shape.employeeId.optional(),
    userType: PersonAttributes.shape.userType.optional(),
    status: PhoneUserStatus,
    sync: z.boolean(),
    sso: z.boolean(),
    bindings: z.array(Binding),
    hold: ExtensionHold.optional().meta({ description: 'For how long the bindings of somebody who left are kept' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'PhoneUser' })
export type PhoneUser = z.infer<typeof PhoneUser>

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')

export const PhoneUserQuery = PageQuery.extend({
  search: z.string().trim().max(200).optional(),
  bound: Flag.optional(),
  sso: Flag.optional(),
})
export type PhoneUserQuery = z.infer<typeof PhoneUserQuery>

export const PhoneUserPatch = z.strictObject({ sync: z.boolean().optional(), sso: z.boolean().optional() })
export type PhoneUserPatch = z.infer<typeof PhoneUserPatch>

export const UserParams = z.object({ tenantId: Id, userId: Id })
export const BindingParams = z.object({ tenantId: Id, userId: Id, phoneSystemId: Id })
export const BindingRequest = z.strictObject({ extension: ExtensionNumber })
