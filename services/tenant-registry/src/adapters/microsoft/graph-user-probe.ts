import { readRetryAfter } from '@jackfield/contract/http/retry-after'
import { explainAadsts, explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import { untrustedCertificate } from '@jackfield/microsoft-identity/untrusted-certificate'
import { z } from 'zod'
import type { Evidence } from '../../domain/connection/connection-evidence.ts'
import { busyFailure, silentFailure, untrustedFailure } from './failure-text.ts'

const GRAPH = 'Microsoft Graph'
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
    const { response, body, refusal } = await ask(`${graphOrigin}/v1.0/users?$top=1&$select=id`, accessToken, signal)
    if (response.ok)
      return body === undefined ? { kind: 'failed', failure: silentFailure('malformed', GRAPH) } : { kind: 'readable' }
    if (response.status === 429) {
      const wait = readRetryAfter(response.headers.get('retry-after'), Date.now())
      return { kind: 'failed', failure: busyFailure(GRAPH, wait) }
    }
    const { code: told, message: words = '' } = refusal
    // A proxy's page with 403 is no missing permission (FC-35).
    if (told === undefined && response.status < 500)
      return { kind: 'failed', failure: silentFailure('malformed', GRAPH) }
    const code = told ?? `HTTP ${response.status}`
    const correlationId = response.headers.get('request-id') ?? undefined
    if (response.status === 403) return { kind: 'forbidden', code, correlationId }
    const explained = explain(response, `${code} ${words}`) ?? {
      message: `Microsoft Graph refused to list users (${response.status} ${code}).`,
      remedy: 'Try again in a few minutes.',
    }
    return { kind: 'failed', failure: { kind: 'refused', code, correlationId, ...explained } }
  } catch (error) {
    const untrusted = untrustedCertificate(error)
    if (untrusted) return { kind: 'failed', failure: untrustedFailure(GRAPH, untrusted) }
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    return { kind: 'failed', failure: silentFailure(isTimeout ? 'timeout' : 'unreachable', GRAPH) }
  }
}

/** Asks for the present place in the changes of users, as every import does; directories of some kinds tell none. */
export async function probeChanges(
  graphOrigin: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<NonNullable<Evidence['changes']>> {
  try {
    const address = `${graphOrigin}/v1.0/users/delta?$select=id&$deltatoken=latest`
    const { response, body, refusal } = await ask(address, accessToken, signal)
    if (response.ok && body !== undefined) return { kind: 'told' }
    const { code } = refusal
    const isRefusal = code !== undefined && response.status < 500 && ![401, 403, 429].includes(response.status)
    return isRefusal ? { kind: 'not-told', code } : { kind: 'unseen' }
  } catch {
    return { kind: 'unseen' }
  }
}

type GraphRefusal = Partial<z.output<typeof GraphError>['error']>

async function ask(address: string, accessToken: string, signal: AbortSignal) {
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${accessToken}` },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  })
  const body: unknown = await response.json().catch(() => undefined)
  const refusal: GraphRefusal = GraphError.safeParse(body).data?.error ?? {}
  return { response, body, refusal }
}

/** Graph refuses a token of another cloud, and one that a policy is not satisfied with, by the same status and code. */
function explain({ status, headers }: Response, told: string) {
  if (status !== 401) return undefined
  if (told.includes('InvalidCloudInstance')) return explainRefusal({ code: undefined, error: 'other_cloud' })
  const isChallenge = headers.get('www-authenticate')?.includes('error="insufficient_claims"')
  return isChallenge ? explainAadsts('AADSTS53003') : undefined
}
