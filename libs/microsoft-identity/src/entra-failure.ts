import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import * as client from 'openid-client'
import { z } from 'zod'
import { explainedError } from './aadsts.ts'
import { cloudOfDomain } from './clouds.ts'
import { ForeignEndpointError } from './entra-configuration.ts'
import { isBusy } from './entra-wait.ts'
import { untrustedCertificate } from './untrusted-certificate.ts'

/**
 * Why Entra ID gave nothing: it refused with an AADSTS code, asked to wait, answered what it never should, or did not
 * answer.
 */
export type EntraFailure =
  | {
      kind: 'refused'
      error: string
      code: string | undefined
      correlationId: string | undefined
      timestamp: string | undefined
      /** Where the directory is instead, when Entra ID said so (AADSTS90038, or an issuer of that cloud). */
      otherCloud?: Cloud
    }
  | { kind: 'malformed'; message: string }
  /** 429, 503 or 504 without an error document. */
  | { kind: 'busy' }
  /** `code` is OpenSSL's. */
  | { kind: 'untrusted-certificate'; code: string }
  | { kind: 'timeout' }
  | { kind: 'unreachable' }

const AADSTS = /^(AADSTS\d{4,8})\b/
// Older texts separate the trailer by CRLF, newer ones by a blank.
const CORRELATION = /Correlation ID:\s*([0-9a-f-]{36})/i
const TIMESTAMP = /Timestamp:\s*(\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ)/

const NATIONAL_CLOUD = /National Cloud '(?:login\.)?([a-z.]{1,60})'/i

/** Reads the members of an Entra error answer or error redirect; the text itself is for no one's eyes but these. */
export function readEntraError(
  error: string,
  description: string | undefined,
): Extract<EntraFailure, { kind: 'refused' }> {
  const text = description ?? ''
  const otherCloud = cloudOfDomain(NATIONAL_CLOUD.exec(text)?.[1] ?? '')
  return {
    kind: 'refused',
    error: error.slice(0, 64),
    code: AADSTS.exec(text)?.[1],
    correlationId: CORRELATION.exec(text)?.[1],
    timestamp: TIMESTAMP.exec(text)?.[1],
    ...(otherCloud && { otherCloud }),
  }
}

/**
 * Whether an error redirect of the authorize endpoint says that the person cancelled, or came back from the page "Need
 * admin approval", which Entra ID answers alike: `access_denied` with the sub-code and nothing else, or AADSTS65004 in
 * older forms.
 */
export function isCancelled(
  refusal: { error: string; code: string | undefined },
  subcode: string | undefined,
): boolean {
  return (
    subcode === 'cancel' ||
    refusal.code === 'AADSTS65004' ||
    (refusal.error === 'access_denied' && refusal.code === undefined)
  )
}

/** Tells what an error thrown by openid-client or fetch means. Rethrows what is no failure of the other side. */
export function readEntraFailure(error: unknown): EntraFailure {
  if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) {
    return readEntraError(error.error, error.error_description ?? undefined)
  }
  if (!(error instanceof Error)) throw error
  const causes = chainOf(error)
  const otherCloud = cloudOfIssuer(causes.at(-1)?.cause)
  if (otherCloud) return { ...ownRefusal('other_cloud'), otherCloud }
  if (error instanceof ForeignEndpointError) return ownRefusal('foreign_endpoint')
  const untrusted = untrustedCertificate(error)
  if (untrusted) return { kind: 'untrusted-certificate', code: untrusted }
  if (isBusy(error)) return { kind: 'busy' }
  if (causes.some((cause) => cause.name === 'TimeoutError')) return { kind: 'timeout' }
  if (
    causes.some(
      (cause) =>
        'code' in cause && /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_\w+|ETIMEDOUT)$/.test(String(cause.code)),
    )
  )
    return { kind: 'unreachable' }
  // Whatever else kept fetch from an answer, such as no route.
  if (causes.some((cause) => cause instanceof TypeError && cause.message === 'fetch failed'))
    return { kind: 'unreachable' }
  if (error instanceof client.ClientError) return { kind: 'malformed', message: error.message }
  throw error
}

/** Our own name of an error that Entra ID gives no name. */
function ownRefusal(error: 'other_cloud' | 'foreign_endpoint'): Extract<EntraFailure, { kind: 'refused' }> {
  return { kind: 'refused', error, code: undefined, correlationId: undefined, timestamp: undefined }
}

/** What oauth4webapi attaches to its refusal of a discovery document whose issuer is not the expected one. */
const UnexpectedIssuer = z.object({
  attribute: z.literal('issuer'),
  body: z.object({ issuer: z.url(), tenant_region_sub_scope: z.string().nullish().catch(null) }),
})

/**
 * Entra ID discovers a directory of GCC High or DoD from the worldwide cloud as well, with the issuer of its own cloud.
 */
function cloudOfIssuer(details: unknown): Cloud | undefined {
  const { data } = UnexpectedIssuer.safeParse(details)
  if (!data) return undefined
  const { issuer, tenant_region_sub_scope: part } = data.body
  const cloud = cloudOfDomain(new URL(issuer).hostname.replace(/^login\./, ''))
  return cloud === 'us-gov' && part === 'DOD' ? 'us-gov-dod' : cloud
}

function chainOf(error: Error): Error[] {
  const chain: Error[] = []
  for (let cause: unknown = error; cause instanceof Error && chain.length < 8; cause = cause.cause) chain.push(cause)
  return chain
}

/** RFC 6749 5.2, or the nested form of Microsoft's other APIs with an error of OAuth in it. */
const ErrorDocument = z.union([
  z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) }),
  z
    .object({ error: z.object({ code: z.string().refine((code) => explainedError(code) !== undefined) }) })
    .transform(({ error }) => ({ error: error.code, error_description: undefined })),
])

/**
 * Reads an error document that openid-client passes on as the raw response: of discovery, and of the token endpoint
 * with a status from 500 on. Undefined for any other error.
 */
export async function readRefusal(error: unknown): Promise<EntraFailure | undefined> {
  const response = error instanceof Error && error.cause instanceof Response ? error.cause : undefined
  if (!response || response.bodyUsed) return undefined
  const body: unknown = await response.json().catch(() => undefined)
  const { data } = ErrorDocument.safeParse(body)
  return data && readEntraError(data.error, data.error_description)
}
