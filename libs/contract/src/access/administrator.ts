import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Guid, Id, Timestamp } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'
import { AdminRole, Scope } from './api-key.ts'

const DisplayName = z.string().trim().min(1).max(256)

const members = {
  scope: Scope,
  role: AdminRole,
  directoryId: Guid,
  objectId: Guid,
  displayName: DisplayName.meta({ description: 'A label for lists and the audit log; nothing is decided by it' }),
}
const SignInTenantId = Id.meta({
  description:
    'The tenant through whose Microsoft accounts they sign in to Control: the scope itself, or, of the platform’s, the operators’ own',
})

/**
 * A person who enters Control with Microsoft: named by directory and object id, as phone users are, never by a mail
 * address (T-04).
 */
export const NewAdministrator = z
  .strictObject({ ...members, signInTenantId: SignInTenantId.optional() })
  .refine(
    ({ scope, signInTenantId }) =>
      scope === 'platform' ? signInTenantId !== undefined : (signInTenantId ?? scope) === scope,
    {
      path: ['signInTenantId'],
      message: 'must be given for the scope platform, and be the scope itself otherwise',
    },
  )
export type NewAdministrator = z.infer<typeof NewAdministrator>

export const Administrator = z
  .object({
    etag: Etag,
    id: Id,
    ...members,
    signInTenantId: SignInTenantId,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Administrator' })
export type Administrator = z.infer<typeof Administrator>

export const AdministratorPatch = z.strictObject({ role: AdminRole.optional(), displayName: DisplayName.optional() })
export type AdministratorPatch = z.infer<typeof AdministratorPatch>

export const AdministratorQuery = PageQuery.extend({
  signInTenantId: Id.optional().meta({ description: 'Only those who sign in through this tenant' }),
})
export const AdministratorParams = z.object({ administratorId: Id })
