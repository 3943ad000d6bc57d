import { isIP } from 'node:net'

/**
 * Whether a Host header names a machine from the inside: none at all, an IP address, a bare name (`localhost`, a
 * compose service) or a Kubernetes service. People's hosts have dots, so nothing that is for operators alone answers on
 * them.
 */
export function isInternalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '')
  if (isIP(name) || (name.startsWith('[') && isIP(name.slice(1, -1)) === 6)) return true
  return /^[a-z0-9-]*$/.test(name) || /^[a-z0-9-]+\.[a-z0-9-]+\.svc(?:\.[a-z0-9-]+)*$/.test(name)
}
