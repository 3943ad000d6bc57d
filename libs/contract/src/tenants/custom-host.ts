import { z } from 'zod'
import { Id, Timestamp } from '../http/identifier.ts'
import { HostName } from './tenant.ts'

/** A host of a tenant's own. It leads nowhere until it is proven, by either of the two ways. */
export const CustomHost = z
  .object({
    hostname: HostName,
    provenAt: Timestamp.nullable().meta({ description: 'null: nobody can use it yet' }),
    dns: z
      .object({ name: z.string(), type: z.literal('TXT'), value: z.string() })
      .meta({ description: 'One way: this record in its DNS' }),
    file: z.object({ url: z.url(), content: z.string() }).meta({
      description: 'The other way: this file on its present web server, over plain http and without a redirect',
    }),
  })
  .meta({ id: 'CustomHost' })
export type CustomHost = z.infer<typeof CustomHost>

export const CustomHosts = z.object({ items: z.array(CustomHost) })
export const HostParams = z.object({ tenantId: Id, hostname: HostName })

/** What was found of the two proofs; one is enough. */
export const HostProof = z
  .object({
    ok: z.boolean(),
    dns: z.enum(['found', 'absent', 'other-value', 'unreachable', 'not-asked']),
    file: z.enum(['found', 'absent', 'other-value', 'unreachable', 'not-asked']),
    host: CustomHost,
  })
  .meta({ id: 'HostProof' })
export type HostProof = z.infer<typeof HostProof>
