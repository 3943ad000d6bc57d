import { randomUUID } from 'node:crypto'
import { z } from 'zod'

const ids = z.array(z.guid().toLowerCase())

/** A Conditional Access policy of a directory, as far as it decides about tokens. */
export const PolicySeed = z.strictObject({
  id: z.guid().default(() => randomUUID()),
  /** People's sign-ins, or what the application does as itself (workload identities). */
  appliesTo: z.enum(['people', 'workloads']).default('people'),
  /** Client ids; every application when left out. */
  applications: ids.optional(),
  /** Object ids; everybody when left out. */
  users: ids.optional(),
  grant: z.enum(['block', 'mfa']),
})
export type PolicySeed = z.input<typeof PolicySeed>
export type Policy = z.output<typeof PolicySeed>

export type Access = { appId: string; userId?: string; amr?: readonly string[] }

/** The policy that an access does not satisfy; a block counts before a missing second factor. */
export function findUnmetPolicy(policies: readonly Policy[], { appId, userId, amr = [] }: Access): Policy | undefined {
  const unmet = policies.filter(
    ({ appliesTo, applications, users, grant }) =>
      appliesTo === (userId === undefined ? 'workloads' : 'people') &&
      (applications?.includes(appId) ?? true) &&
      (userId === undefined || (users?.includes(userId) ?? true)) &&
      (grant === 'block' || !amr.includes('mfa')),
  )
  return unmet.find(({ grant }) => grant === 'block') ?? unmet[0]
}
