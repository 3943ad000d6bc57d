import { z } from 'zod'

/** Header of every change to a resource that exists. Loose: other headers pass through. */
export const IfMatch = z.looseObject({
  'if-match': z.string().max(1_000).optional().meta({
    description:
      'The entity tag the resource was read with: 412 when it has changed since. Without it whatever is current is changed',
  }),
})

/**
 * Member of every resource in an answer: the `If-Match` of a change to it. `resourcesPlugin` makes it of the version, so
 * that services do without it.
 */
export const Etag = z
  .string()
  .optional()
  .meta({ description: 'Entity tag: `If-Match` of a change', examples: ['"1"'] })

/** A resource with the version that its entity tag is made of. */
export type Versioned<Resource> = Resource & { version: number }

/** Of what never changes between being made and being deleted. */
export const UNCHANGING_VERSION = 1

/** The version of a resource as a strong entity tag (RFC 9110 8.8.3). */
export function entityTag(version: number | string): string {
  return `"${version}"`
}

/** Whether `If-Match` (RFC 9110 13.1.1, strong comparison) lets a change of this version through; absent means any. */
export function isMatch(ifMatch: string | undefined, version: number | string | undefined): boolean {
  if (ifMatch === undefined) return true
  if (version === undefined) return false
  if (ifMatch.trim() === '*') return true
  return ifMatch.split(',').some((tag) => tag.trim() === entityTag(version))
}
