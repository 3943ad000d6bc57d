import { z } from 'zod'

/** Languages that the pages for people speak (BCP 47). English is what everything else falls back to. */
export const Language = z.enum(['en', 'de']).meta({ id: 'Language' })
export type Language = z.infer<typeof Language>
