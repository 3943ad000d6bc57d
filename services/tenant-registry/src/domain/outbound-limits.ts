/**
 * Outbound requests a minute that the registry makes for a caller: enough for a person who repeats a test, too few for
 * a scan (SI-03). Per replica; docs/configuration.md repeats these.
 */
export const OUTBOUND_LIMITS = { caller: 120, tenant: 60, account: 20 } as const
export type OutboundLimit = keyof typeof OUTBOUND_LIMITS

type Asked = { caller: { sub: string }; params: unknown }

/**
 * The key of each limit; undefined where the request has none. The caller's limit is first: it bounds what one caller
 * can use up for others.
 */
export function outboundKeys({ caller, params }: Asked): Record<OutboundLimit, string | undefined> {
  const { tenantId, accountId, hostname } = params as { tenantId?: string; accountId?: string; hostname?: string }
  const target = accountId ?? hostname
  return { caller: caller.sub, tenant: tenantId, account: target && `${tenantId} ${target}` }
}
