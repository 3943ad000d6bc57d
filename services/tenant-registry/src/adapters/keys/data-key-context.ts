/** The place a tenant's data key is wrapped for: one moved to another tenant does not open. */
export const dataKeyContext = (tenantId: string) => `tenant:${tenantId}`
