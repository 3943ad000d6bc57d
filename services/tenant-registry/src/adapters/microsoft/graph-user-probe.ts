import { explainAadsts, explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import { z } from 'zod'
import type { Evidence } from '../../domain/connection/connection-evidence.ts'
import { silentFailure } from './failure-text.ts'

const GraphError = z.object({
  error: z.object({ code: z.string().max(100), message: z.string().optional().catch(undefined) }),
})

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
    const { code: told, message: words = '' } = GraphError.safeParse(body).data?.error ?? {}
    // A proxy's page with 403 is no missing permission (FC-35).
    if (told === undefined && response.status < 500)
      return { kind: 'failed', failure: silentFailure('malformed', 'Microsoft Graph') }
    const code = told ?? `HTTP ${response.status}`
    const correlationId = response.headers.get('request-id') ?? undefined
    if (response.status === 403) return { kind: 'forbidden', code, correlationId }
    const explained = explain(response, `${code} ${words}`) ?? {
      message: `Microsoft Graph refused to list users (${response.status} ${code}).`,
      remedy: 'Try again in a few minutes.',
    }
    return { kind: 'failed', failure: { kind: 'refused', code, correlationId, ...explained } }
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    return { kind: 'failed', failure: silentFailure(isTimeout ? 'timeout' : 'unreachable', 'Microsoft Graph') }
  }
}

/** Graph refuses a token of another cloud, and one that a policy is not satisfied with, by the same status and code. */
function explain({ status, headers }: Response, told: string) {
  if (status !== 401) return undefined
  if (told.includes('InvalidCloudInstance')) return explainRefusal({ code: undefined, error: 'other_cloud' })
  const isChallenge = headers.get('www-authenticate')?.includes('error="insufficient_claims"')
  return isChallenge ? explainAadsts('AADSTS53003') : undefined
}
