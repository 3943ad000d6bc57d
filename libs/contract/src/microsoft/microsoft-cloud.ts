import { z } from 'zod'

/** A cloud of Microsoft. Directories, registrations and people of one are unknown to the others. */
export const Cloud = z.enum(['global', 'us-gov', 'us-gov-dod', 'china'])
export type Cloud = z.infer<typeof Cloud>

export const MicrosoftCloud = z
  .object({
    id: Cloud,
    name: z.string().meta({ description: 'What Microsoft calls it', example: 'GCC High' }),
    adminCenterUrl: z
      .url()
      .meta({ description: 'Origin of the Entra admin center that administers its registrations' }),
  })
  .meta({ id: 'MicrosoftCloud' })
export type MicrosoftCloud = z.infer<typeof MicrosoftCloud>

export const MicrosoftClouds = z.object({ items: z.array(MicrosoftCloud) })
export type MicrosoftClouds = z.infer<typeof MicrosoftClouds>
