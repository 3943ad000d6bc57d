import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Id, Timestamp } from '../http/identifier.ts'
import { ExtensionHolder, ExtensionNumber } from './phone-user.ts'

const Name = z.string().trim().min(1).max(120)

export const PhoneSystem = z
  .object({ etag: Etag, id: Id, tenantId: Id, name: Name, createdAt: Timestamp })
  .meta({ id: 'PhoneSystem' })
export type PhoneSystem = z.infer<typeof PhoneSystem>
export const NewPhoneSystem = z.strictObject({ name: Name })

/** A numbered extension of a phone system, and who holds it. */
export const Extension = z
  .object({
    number: ExtensionNumber,
    name: Name.nullable(),
    holder: ExtensionHolder.nullable(),
  })
  .meta({ id: 'Extension' })
export type Extension = z.infer<typeof Extension>

const NewExtension = z.strictObject({ number: ExtensionNumber, name: Name.optional() })
export const NewExtensions = z.strictObject({ items: z.array(NewExtension).min(1).max(10_000) })
export type NewExtensions = z.infer<typeof NewExtensions>

export const PhoneSystemParams = z.object({ tenantId: Id, phoneSystemId: Id })
