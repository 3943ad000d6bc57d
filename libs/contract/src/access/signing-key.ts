import { z } from 'zod'
import { Timestamp } from '../http/identifier.ts'

const Use = z.enum(['ES256', 'RS256', 'cookie']).meta({
  description: 'Access tokens and, where the app says so, ID tokens; ID and logout tokens; cookies of browsers',
})

/** A key of the platform, without the key itself. */
export const SigningKey = z
  .object({
    kid: z.string(),
    use: Use,
    status: z.enum(['next', 'signing', 'retired']).meta({
      description: 'Published and not signing yet, signing, or verifying only',
    }),
    createdAt: Timestamp,
    signsFrom: Timestamp.nullable().meta({ description: 'Of the next key' }),
    verifiesUntil: Timestamp.nullable().meta({ description: 'Of a retired key' }),
  })
  .meta({ id: 'SigningKey' })
export type SigningKey = z.infer<typeof SigningKey>

export const SigningKeys = z.object({ items: z.array(SigningKey) })
export const SigningKeyParams = z.object({ kid: z.string().min(1).max(100) })

/** Whom it hits to revoke a key now. */
export const SigningKeyReach = z.object({
  key: SigningKey,
  effect: z.enum(['none', 'tokens-refused', 'signed-out']).meta({
    description:
      'Nobody notices; tokens that the key signed are refused and clients refresh them; browsers whose cookie it signed sign in again',
  }),
  sessions: z
    .object({ browser: z.int(), device: z.int(), app: z.int() })
    .meta({ description: 'How many sessions this may be, at most' }),
  signsNext: z.string().nullable().meta({ description: 'The key that signs then; null when one is made' }),
})
export type SigningKeyReach = z.infer<typeof SigningKeyReach>
