import { type Access, findUnmetPolicy } from '../../directory/conditional-access.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Refusal } from '../errors/aadsts.ts'

/** Refuses what a policy of the directory blocks (53003), or allows only after a second factor (50076). */
export function refuseByPolicy({ conditionalAccess }: Directory, access: Access): Refusal | undefined {
  const policy = findUnmetPolicy(conditionalAccess, access)
  if (!policy) return undefined
  const claims = JSON.stringify({ access_token: { capolids: { essential: true, values: [policy.id] } } })
  return policy.grant === 'block'
    ? { code: 53003, suberror: 'message_only', claims }
    : { code: 50076, suberror: 'basic_action', claims, values: { app: access.appId } }
}
