import { NO_BRANDING } from '@jackfield/contract/branding'
import { html } from '@jackfield/http-server/html'
import { AppError } from '@jackfield/problem/app-error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { isDependencyFailure } from '../dependency-failure.ts'
import { chooseLanguage } from '../domain/language.ts'
import { brandingOf, nameOf } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { type Look, languageHeaders, type Page, pageSecurityPolicy, renderPage } from '../pages/layout.ts'
import { type Texts, textsFor } from '../pages/texts/texts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Requested languages: `ui_locales` of this request, or of the sign-in that it continues. */
    uiLocales: string | undefined
  }
}

/** Renders errors of routes for people as a page, with the same code and request id as a problem document. */
export const pagePlugin = plugin(async (app) => {
  app.decorateRequest('uiLocales')
  app.addHook('onRequest', async (request) => {
    const { ui_locales: asked } = request.query as Record<string, unknown>
    if (typeof asked === 'string') request.uiLocales = asked
  })
  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    const { status, code, message, retryAfter } = error instanceof AppError ? error : describe(error)
    request.log[status >= 500 ? 'error' : 'info']({ err: error, code }, 'request refused')
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
    const texts = textsOf(request)
    const sentence = code in texts.refused ? texts.refused[code as keyof Texts['refused']] : message
    const { nothingHere, unavailable, cannotGoOn, startAgain } = texts.error
    return sendPage(reply, status, {
      title: status === 404 ? nothingHere : status >= 500 ? unavailable : cannotGoOn,
      body: html`<p>${sentence}</p>${status === 400 && html`<p>${startAgain}</p>`}${technicalDetails(request, code)}`,
    })
  })
})

/** Language, name and branding of the answer to this request. */
export function lookOf(request: FastifyRequest): Look {
  const { uiLocales, site } = request
  const branding = site ? brandingOf(site) : NO_BRANDING // where the host is nobody's there is no site
  const acceptLanguage = request.headers['accept-language']
  const language = chooseLanguage({ uiLocales, acceptLanguage, tenantLanguage: branding.language ?? undefined })
  return { texts: textsFor(language), tenant: site && nameOf(site), branding }
}

export function textsOf(request: FastifyRequest): Texts {
  return lookOf(request).texts
}

export function sendPage(reply: FastifyReply, status: number, page: Page, formTargets: readonly string[] = []) {
  const look = lookOf(reply.request)
  return reply
    .status(status)
    .header('content-security-policy', pageSecurityPolicy(look, formTargets))
    .header('cache-control', 'no-store')
    .headers(languageHeaders(look))
    .type('text/html; charset=utf-8')
    .send(renderPage(page, look))
}

/** Code and request id for support. */
export function technicalDetails(request: FastifyRequest, code: string, correlationId?: string) {
  const texts = textsOf(request)
  return html`<p class="quiet">${texts.code(code)}<br>${texts.request(request.id)}${correlationId !== undefined && html`<br>${texts.correlationId(correlationId)}`}</p>`
}

function describe(error: FastifyError): AppError {
  const status = error.statusCode
  if (status !== undefined && status >= 400 && status < 500)
    return new AppError(status, 'invalid-request', 'The request is not valid.')
  if (isDependencyFailure(error)) return refuse('temporarily-unavailable', { cause: error, retryAfter: 2 })
  return refuse('internal-error', { cause: error })
}
