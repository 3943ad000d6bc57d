import { z } from 'zod'

/** The attempt that a page's address names. The browser cookie proves that it belongs to this browser. */
export const AttemptParams = z.object({ uid: z.string().regex(/^[\w-]{1,64}$/) })
export type AttemptParams = z.infer<typeof AttemptParams>
