import type { CustomHost } from '@jackfield/contract/tenants/custom-host'

/** A custom host of a tenant, and the value that only the host's owner can publish there. */
export type HostClaim = { hostname: string; proof: string; provenAt: string | null }

/** Content at the place of a proof; `unreachable` hides the reason. */
export type Sight = { kind: 'texts'; texts: readonly string[] } | { kind: 'absent' | 'unreachable' }
export type Verdict = 'found' | 'absent' | 'other-value' | 'unreachable'

const VALUE_PREFIX = 'jackfield-host-proof='

/** Where and how a claim is proven. A platform on plain http runs on a laptop: files are read on its own port. */
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

/** Other records and lines may exist; ours must match in full. */
export function judgeProof(sight: Sight, value: string): Verdict {
  if (sight.kind !== 'texts') return sight.kind
  if (sight.texts.some((text) => text.trim() === value)) return 'found'
  return sight.texts.some((text) => text.includes(VALUE_PREFIX)) ? 'other-value' : 'absent'
}
