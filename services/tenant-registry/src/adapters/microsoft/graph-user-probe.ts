import { z } from 'zod'
import type { Evidence } from '../../domain/connection/connection-evidence.ts'
import { silentFailure } from './failure-text.ts'

const GraphError = z.object({ error: z.object({ code: z.string().max(100) }) })

/** Reads one user's id: the only proof that the permission has consent, for a token comes without it too. */
export async function probeUsers(
  graphOrigin: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<NonNullable<Evidence['users']>> {
  try {
    const response = await fetch(`${graphOrigin}/v1.0/users?$top=1&$select=id`, {
      headers: { authorization: `Bearer ${accessToken}` },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    })
    const body: unknown = await response.json().catch(() => undefined)
    if (response.ok)
      return body === undefined
        ? { kind: 'failed', failure: silentFailure('malformed', 'Microsoft Graph') }
        : { kind: 'readable' }
    const told = GraphError.safeParse(body).data?.error.code
    // A proxy's page with 403 is no missing permission (FC-35).
    if (told === undefined && response.status < 500)
      return { kind: 'failed', failure: silentFailure('malformed', 'Microsoft Graph') }
    const code = told ?? `HTTP ${response.status}`
    const correlationId = response.headers.get('request-id') ?? undefined
    if (response.status === 403) return { kind: 'forbidden', code, correlationId }
    const message = `Microsoft Graph refused to list users (${response.status} ${code}).`
    return {
      kind: 'failed',
      failure: { kind: 'refused', code, correlationId, message, remedy: 'Try again in a few minutes.' },
    }
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    return { kind: 'failed', failure: silentFailure(isTimeout ? 'timeout' : 'unreachable', 'Microsoft Graph') }
  }
}
