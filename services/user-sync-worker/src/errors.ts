import { TENANT_LIMITS, type TenantLimit } from '@jackfield/contract/http/tenant-limits'
import { refuse } from '@jackfield/problem/refuse'

export { refuse }

export const limitReached = (name: TenantLimit) =>
  refuse('limit-reached', { members: { limit: { name, most: TENANT_LIMITS[name] } } })
