import { z } from 'zod'

/** The sign-in under way that a page's address names; the browser it began in proves the rest. */
export const AttemptParams = z.object({ uid: z.string().regex(/^[\w-]{1,64}$/) })
export type AttemptParams = z.infer<typeof AttemptParams>
