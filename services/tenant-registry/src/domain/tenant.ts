import type { Tenant } from '@jackfield/contract/tenant'

/** A tenant with the number of its state: a change names the version it read. */
export type TenantRecord = Tenant & { version: number }
