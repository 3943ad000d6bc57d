import { CONSENT_STATE_PREFIX, type ConsentAnswer } from '@jackfield/contract/consent-link'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import { sendPage, technicalDetails, textsOf } from '../http/page-plugin.ts'
import { consentPage } from '../pages/consent-page.ts'
import type { Ports } from '../ports.ts'

/**
 * Reads an answer to an admin-consent link, which comes to the same callback as sign-ins; its `state` distinguishes it.
 * `tenant` and `admin_consent` are ignored: anybody can write them, and the latter is present after a refusal too.
 */
export function readConsentAnswer({ state, error }: Readonly<Record<string, unknown>>): ConsentAnswer | undefined {
  if (typeof state !== 'string' || !state.startsWith(CONSENT_STATE_PREFIX) || state.length > 200) return undefined
  return { state, isDeclined: error !== undefined }
}

/**
 * Signs nobody in, so it may be another browser than the one that made the link, often that of a colleague with the
 * role.
 */
export async function showConsentReturn(
  { registry }: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ConsentAnswer,
) {
  const returned = await registry.receiveConsent(answer).catch((cause: unknown) => {
    throw refuse('temporarily-unavailable', { cause, retryAfter: 2 })
  })
  if (!returned) throw refuse('consent-link-not-found')
  return sendPage(
    reply,
    200,
    consentPage(textsOf(request), returned, technicalDetails(request, `consent-${returned.outcome}`)),
  )
}
