import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Id, Timestamp } from '../http/identifier.ts'

/** Events of a webhook. Those of one user and the user's bindings arrive in order. */
const WebhookEventType = z.enum([
  'user.created',
  'user.updated',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'user.sessions-revoked',
  'binding.created',
  'binding.changed',
  'binding.deleted',
])

/** As long as a name in DNS may be (RFC 1035 2.3.4); no resolver takes a longer one, nor does the audit log. */
const LONGEST_HOST = 253
const hasHostOfDns = (url: string) => !URL.canParse(url) || new URL(url).hostname.length <= LONGEST_HOST

export const NewWebhookEndpoint = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .refine(hasHostOfDns, `has a host of more than ${LONGEST_HOST} characters`),
  eventTypes: z.array(WebhookEventType).min(1).optional().meta({ description: 'Every event when left out' }),
})
export type NewWebhookEndpoint = z.infer<typeof NewWebhookEndpoint>

/** An address of a phone system that receives events: Standard Webhooks, at least once. */
export const WebhookEndpoint = z
  .object({
    etag: Etag,
    id: Id,
    tenantId: Id,
    url: z.string(),
    eventTypes: z.array(WebhookEventType).nullable(),
    status: z
      .enum(['active', 'parked'])
      .meta({ description: '`parked`: it failed for too long or said 410; nothing is sent until a replay' }),
    waiting: z.number().int().min(0).meta({ description: 'Messages that have not been delivered yet' }),
    failingSince: Timestamp.nullable(),
    lastError: z.string().nullable(),
    lastDeliveredAt: Timestamp.nullable(),
    createdAt: Timestamp,
  })
  .meta({ id: 'WebhookEndpoint' })
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>

/** The only answer that shows the signing secret. */
export const CreatedWebhookEndpoint = WebhookEndpoint.extend({ secret: z.string() }).meta({
  id: 'CreatedWebhookEndpoint',
})
export const WebhookEndpointParams = z.object({ tenantId: Id, endpointId: Id })
/** Sends again what happened since then; without it only what was not delivered. */
export const WebhookReplay = z.strictObject({ since: Timestamp.optional() })
