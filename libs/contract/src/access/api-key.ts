import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Id, Timestamp } from '../http/identifier.ts'

/** The whole platform, or one tenant by its id. */
export const Scope = z.union([z.literal('platform'), Id])
export const AdminRole = z.enum(['admin', 'read'])

const members = { name: z.string().trim().min(1).max(120), scope: Scope, role: AdminRole }

export const NewApiKey = z.strictObject(members)
export type NewApiKey = z.infer<typeof NewApiKey>

export const ApiKey = z
  .object({ etag: Etag, id: Id, ...members, hint: z.string(), createdAt: Timestamp })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

/** The only answer that shows the key. */
export const CreatedApiKey = ApiKey.extend({ key: z.string() }).meta({ id: 'CreatedApiKey' })
export const ApiKeyParams = z.object({ keyId: Id })
