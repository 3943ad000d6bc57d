import type { FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { explain, type Refusal } from '../errors/aadsts.ts'
import { correlationIdOf, describe, errorUri, newTrace } from '../errors/refusal.ts'
import { formPostPage } from '../pages/form-post-page.ts'
import type { Answer } from './authorize-request.ts'

/** Sends the browser back to the application, in the requested response mode. */
export function answerApplication(
  reply: FastifyReply,
  { target, responseMode, state }: Answer,
  members: Record<string, string>,
) {
  const all = { ...members, ...(state !== undefined && { state }) }
  reply.header('cache-control', 'no-store, no-cache').header('referrer-policy', 'strict-origin-when-cross-origin')
  if (responseMode === 'form_post') return reply.type('text/html; charset=utf-8').send(formPostPage(target.uri, all))
  const uri = withPath(target.uri)
  const separator = responseMode === 'fragment' ? '#' : uri.includes('?') ? '&' : '?'
  return reply.redirect(`${uri}${separator}${new URLSearchParams(all)}`, 302)
}

export function refuseToApplication(
  reply: FastifyReply,
  cloud: Cloud,
  answer: Answer,
  refusal: Refusal,
  more: Record<string, string> = {},
) {
  const { code, error, suberror, claims, text } = explain(refusal)
  return answerApplication(reply, answer, {
    error,
    error_description: describe(text, newTrace(cloud.clock.date(), correlationIdOf(reply.request)), cloud.entra),
    ...errorUri(cloud, code),
    ...(suberror && { suberror }),
    ...(claims && { claims }),
    ...more,
  })
}

export const BARE_CANCEL = { error: 'access_denied', error_subcode: 'cancel' }

/** Answers Cancel and the way back from the approval page: the application cannot tell them apart. */
export function cancelAtApplication(reply: FastifyReply, cloud: Cloud, answer: Answer) {
  const { cancelAnswer } = cloud.entra
  if (cancelAnswer === 'bare') return answerApplication(reply, answer, BARE_CANCEL)
  return refuseToApplication(
    reply,
    cloud,
    answer,
    { code: 65004, ...(cancelAnswer === 'consent-required' && { error: 'consent_required' }) },
    cancelAnswer === 'described-with-subcode' ? { error_subcode: 'cancel' } : {},
  )
}

/** Microsoft answers to `https://contoso.com/` when `https://contoso.com` is registered. */
function withPath(uri: string): string {
  return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(?=[?#]|$)/i, '$1/')
}
