/**
 * How often a minute somebody may make the registry speak to the outside: enough for a person who mends something and
 * tests again, too little to scan anything with (SI-03). Per replica; docs/configuration.md repeats these.
 */
export const OUTBOUND_LIMITS = { caller: 120, tenant: 60, account: 20 } as const
export type OutboundLimit = keyof typeof OUTBOUND_LIMITS

type Asked = { caller: { sub: string }; params: unknown }

/**
 * What each limit counts by; undefined where the request has no such thing. A caller's own is first: it bounds what one
 * can spoil for others.
 */
export function outboundKeys({ caller, params }: Asked): Record<OutboundLimit, string | undefined> {
  const { tenantId, accountId, hostname } = params as { tenantId?: string; accountId?: string; hostname?: string }
  const target = accountId ?? hostname
  return { caller: caller.sub, tenant: tenantId, account: target && `${tenantId} ${target}` }
}
