import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose'

/** Time between two fetches for key ids that are unknown, so that forged ones cause no storm of requests (T-02). */
const COOLDOWN_MS = 10_000
const TIMEOUT_MS = 9_000

/** The address of the keys answered no key set; `cause` is its response, where the status tells why. */
export class NoKeySetError extends Error {
  override readonly name = 'NoKeySetError'
}

/**
 * Keys of one directory, refetched for a key id that is unknown: once the cooldown is over, and once within it, as a key
 * may be newer than the last fetch (FC-87).
 */
export function issuerKeys(jwksUri: string, issuer: string, directoryId: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUri), {
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: keysOfIssuer(issuer, directoryId),
  })
  let earlyAt = Number.NEGATIVE_INFINITY
  return async (header, token) => {
    const wasCoolingDown = keys.coolingDown
    try {
      return await keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !wasCoolingDown) throw error
      // Concurrent callers share one fetch.
      if (keys.reloading) await keys.reload()
      else if (Date.now() - earlyAt >= COOLDOWN_MS) {
        earlyAt = Date.now()
        await keys.reload()
      }
      return keys(header, token)
    }
  }
}

type Key = { issuer?: unknown }

/** A key that names an issuer signs for that issuer only (T-121); Microsoft's keys name it with `{tenantid}`. */
function keysOfIssuer(issuer: string, directoryId: string): FetchImplementation {
  const isOwn = (key: Key) =>
    key?.issuer === undefined || String(key.issuer).replace(/\{tenantid\}/i, directoryId) === issuer
  return async (url, options) => {
    const answer = await fetch(url, options)
    if (answer.status !== 200) throw new NoKeySetError('unexpected status', { cause: answer })
    const body = (await answer.json().catch(() => undefined)) as { keys?: unknown } | null | undefined
    if (!Array.isArray(body?.keys)) throw new NoKeySetError('no key set')
    return Response.json({ keys: body.keys.filter(isOwn) })
  }
}
