import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Id, Timestamp } from '../http/identifier.ts'
import { ClientId } from './app.ts'

/** A secret of a confidential app, without the secret. */
export const AppSecret = z
  .object({
    etag: Etag,
    id: Id,
    hint: z.string().meta({ description: 'The first characters of the secret' }),
    createdAt: Timestamp,
  })
  .meta({ id: 'AppSecret' })
export type AppSecret = z.infer<typeof AppSecret>

export const CreatedAppSecret = AppSecret.extend({
  secret: z.string().meta({ description: 'Shown in this answer only' }),
}).meta({ id: 'CreatedAppSecret' })

/** Two, so that a new one works before the old one is removed. */
export const MOST_APP_SECRETS = 2

export const AppSecretParams = z.object({ clientId: ClientId, secretId: Id })
