import { randomBytes } from 'node:crypto'

type Token = { policies: readonly string[]; period: number; renewable: boolean; until: number; root: boolean }
export type Lease = { client_token: string; lease_duration: number; renewable: boolean }

/** The token store: every token ends, but the root's, unless it is renewed. */
export function tokenStore(root: string, now: () => number) {
  const tokens = new Map<string, Token>([
    [root, { policies: ['root'], period: 0, renewable: false, until: Number.POSITIVE_INFINITY, root: true }],
  ])
  const find = (text: string | undefined): Token | undefined => {
    const token = text === undefined ? undefined : tokens.get(text)
    return token && token.until > now() ? token : undefined
  }
  return {
    find,
    issue({ policies, period, renewable }: { policies: readonly string[]; period: number; renewable: boolean }): Lease {
      const text = `s.${randomBytes(18).toString('base64url')}`
      tokens.set(text, { policies, period, renewable, until: now() + period * 1000, root: false })
      return { client_token: text, lease_duration: period, renewable }
    },
    ttl: (token: Token) => (token.root ? 0 : Math.floor((token.until - now()) / 1000)),
    renew(text: string): Lease {
      const token = tokens.get(text) as Token
      token.until = now() + token.period * 1000
      return { client_token: text, lease_duration: token.period, renewable: token.renewable }
    },
    revoke: (text: string) => void tokens.delete(text),
  }
}
