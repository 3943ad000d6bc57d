import { randomBytes } from 'node:crypto'
import type { RedirectProbe } from '../../domain/connection/connection-evidence.ts'

const MAX_PROBES = 60
const PARALLEL = 6
const TOTAL_MS = 10_000
/** As `$Config` of the error page has it, or as the page shows it once a script has drawn it. */
const CORRELATION = /"correlationId":"([0-9a-f-]{36})"|Correlation ID:?\s{0,200}([0-9a-f-]{36})/i

/** "Proof Key for Code Exchange is required for cross-origin authorization code redemption": of `spa` alone. */
const NEEDS_PKCE = 'AADSTS9002325'

/**
 * Sends an authorization request with `prompt=none`. Entra ID redirects to a registered redirect URI with
 * `login_required`; for an unregistered one it shows an error page with AADSTS50011. The request has no PKCE, which
 * Entra ID refuses for the platform `spa` (AADSTS9002325, S21). It was seen to refuse only after a sign-in, so a
 * redirect with `login_required` leaves the platform unknown.
 */
export async function probeRedirectUris(
  account: { loginOrigin: string; directoryId: string; clientId: string },
  uris: readonly string[],
  until: AbortSignal,
): Promise<RedirectProbe[]> {
  const signal = AbortSignal.any([until, AbortSignal.timeout(TOTAL_MS)])
  const sample = uris.slice(0, MAX_PROBES)
  const probes: RedirectProbe[] = []
  for (let start = 0; start < sample.length; start += PARALLEL) {
    probes.push(...(await Promise.all(sample.slice(start, start + PARALLEL).map((uri) => probe(account, uri, signal)))))
  }
  return probes
}

async function probe(
  { loginOrigin, directoryId, clientId }: { loginOrigin: string; directoryId: string; clientId: string },
  uri: string,
  signal: AbortSignal,
): Promise<RedirectProbe> {
  const url = new URL(`${loginOrigin}/${directoryId}/oauth2/v2.0/authorize`)
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: uri,
    scope: 'openid',
    prompt: 'none',
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
  }).toString()
  try {
    const response = await fetch(url, { redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (location !== null) {
      await response.body?.cancel()
      return leadsTo(location, uri)
        ? { uri, kind: 'registered', platform: platformBy(location) }
        : { uri, kind: 'unclear' }
    }
    const page = await response.text()
    if (page.includes(NEEDS_PKCE)) return { uri, kind: 'registered', platform: 'spa' }
    if (!page.includes('AADSTS50011')) return { uri, kind: 'unclear' }
    const [, configured, shown] = CORRELATION.exec(page.replace(/<[^>]{0,200}>/g, ' ')) ?? []
    const correlationId = configured ?? shown
    return { uri, kind: 'not-registered', correlationId }
  } catch {
    return { uri, kind: 'unclear' }
  }
}

function leadsTo(location: string, uri: string): boolean {
  if (!URL.canParse(location)) return false
  const target = new URL(location)
  return target.origin + target.pathname === uri
}

function platformBy(location: string): 'spa' | 'unknown' {
  return new URL(location).searchParams.get('error_description')?.startsWith(NEEDS_PKCE) ? 'spa' : 'unknown'
}
