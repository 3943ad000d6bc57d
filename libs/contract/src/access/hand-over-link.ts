import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Id, Timestamp } from '../http/identifier.ts'

/**
 * For a colleague who has the role in Entra ID: opens one account's set-up in Control, and nothing else, for a while.
 */
export const NewHandOverLink = z.strictObject({
  hours: z.int().min(1).max(168).default(72).meta({ description: 'How long it is good, at most a week' }),
})

export const HandOverLink = z
  .object({
    etag: Etag,
    id: Id,
    createdBy: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp,
    openedAt: Timestamp.nullable().meta({ description: 'When it was opened last' }),
  })
  .meta({ id: 'HandOverLink' })
export type HandOverLink = z.infer<typeof HandOverLink>
export const HandOverLinks = z.object({ items: z.array(HandOverLink) })

/** The only answer that shows the link. */
export const CreatedHandOverLink = HandOverLink.extend({
  url: z.url().meta({ description: 'The token stands in its fragment, so that it reaches no log' }),
}).meta({ id: 'CreatedHandOverLink' })

export const HAND_OVER_TOKEN_PREFIX = 'hand-over-'
export const HandOverLinkParams = z.object({ tenantId: Id, accountId: Id, linkId: Id })
