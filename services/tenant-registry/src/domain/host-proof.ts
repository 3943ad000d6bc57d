import type { CustomHost } from '@jackfield/contract/custom-host'

/** A host that a tenant calls its own, and the value that only who rules the host can show there. */
export type HostClaim = { hostname: string; proof: string; provenAt: string | null }

/** What is at the place of a proof; `unreachable` tells nothing of the reason. */
export type Sight = { kind: 'texts'; texts: readonly string[] } | { kind: 'absent' | 'unreachable' }
export type Verdict = 'found' | 'absent' | 'other-value' | 'unreachable'

const VALUE_PREFIX = 'jackfield-host-proof='

/**
 * Where a claim is proven, and with what. A platform on plain http is on a laptop: there files are read on its own
 * port.
 */
export function customHostOf({ hostname, proof, provenAt }: HostClaim, baseUrl: string): CustomHost {
  const base = new URL(baseUrl)
  const port = base.protocol === 'http:' && base.port ? `:${base.port}` : ''
  const value = VALUE_PREFIX + proof
  return {
    hostname,
    provenAt,
    dns: { name: `_jackfield.${hostname}`, type: 'TXT', value },
    file: { url: `http://${hostname}${port}/.well-known/jackfield-host-proof`, content: value },
  }
}

/** Other records and lines may stand beside ours; it must be whole. */
export function judgeProof(sight: Sight, value: string): Verdict {
  if (sight.kind !== 'texts') return sight.kind
  if (sight.texts.some((text) => text.trim() === value)) return 'found'
  return sight.texts.some((text) => text.includes(VALUE_PREFIX)) ? 'other-value' : 'absent'
}
