import { z } from 'zod'

// The switches that have no file of their own.

export const Throttle = z.strictObject({
  enabled: z.boolean().optional(),
  unitsPerWindow: z.number().int().min(1).nullish(),
  sendRetryAfter: z.boolean().optional(),
})

const milliseconds = z.number().int().min(0).optional()

export const NotificationSettings = z.strictObject({
  gatherMilliseconds: milliseconds,
  mostInOneRequest: z.number().int().min(1).optional(),
  answerWithinMilliseconds: milliseconds,
  retryMilliseconds: milliseconds,
  retryForMilliseconds: milliseconds,
  lifecycleShape: z.enum(['captured', 'documented']).optional(),
})

export const Limits = z.strictObject({
  perAppAndTenant: z.number().int().min(0).optional(),
  perTenant: z.number().int().min(0).optional(),
  refuseDuplicates: z.boolean().optional(),
  acceptCreatedUsers: z.boolean().optional(),
})
