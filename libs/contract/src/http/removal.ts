import { z } from 'zod'
import { Id } from './identifier.ts'

/** Some of the people whom a removal hits. */
export const RemovalSample = z
  .array(z.object({ userId: Id, displayName: z.string() }))
  .meta({ description: 'Up to ten of the users, by name' })

/** What a deletion would hit, before it is asked for: `GET .../removal`, whose `etag` the DELETE takes as `If-Match`. */
export const removalOf = <Summary extends z.ZodType>(summary: Summary, id: string) =>
  z.object({ summary, sample: RemovalSample, etag: z.string().meta({ examples: ['"1"'] }) }).meta({ id })
