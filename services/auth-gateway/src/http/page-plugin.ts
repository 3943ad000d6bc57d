import { NO_BRANDING } from '@jackfield/contract/tenants/branding'
import { html } from '@jackfield/http-server/html'
import { AppError } from '@jackfield/problem/app-error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { chooseLanguage } from '../domain/choose-language.ts'
import { brandingOf, nameOf } from '../domain/site.ts'
import { type StartPage, startPages } from '../domain/start-pages.ts'
import { isDependencyFailure, refuse } from '../errors.ts'
import { type Look, type Page, pageHeaders, renderPage } from '../pages/layout.ts'
import { refusedPage } from '../pages/refused-page.ts'
import { type Texts, textsFor } from '../pages/texts/texts.ts'
import type { Parts } from '../ports.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Requested languages: `ui_locales` of this request, or of the sign-in that it continues. */
    uiLocales: string | undefined
    /** Address at which what the person began continues, should this request be refused. */
    next: string | undefined
  }
  interface FastifyInstance {
    /** Start pages to offer at the site of a request; none while the registry is away. */
    findStartPages(request: FastifyRequest): Promise<StartPage[]>
  }
}

/**
 * Renders errors of routes for people as a page, with the same code and request id as a problem document, and a way on.
 */
export const pagePlugin = plugin<Pick<Parts, 'registry' | 'baseUrl'>>(async (app, { registry, baseUrl }) => {
  app.decorateRequest('uiLocales')
  app.decorateRequest('next')
  app.decorate('findStartPages', async ({ site }: FastifyRequest) => {
    const apps = await registry.listApps().catch(() => [])
    return startPages(site, apps, baseUrl)
  })
  app.addHook('onRequest', async (request) => {
    const { ui_locales: asked } = request.query as Record<string, unknown>
    if (typeof asked === 'string') request.uiLocales = asked
  })
  app.setErrorHandler(async (error: FastifyError | AppError, request, reply) => {
    const { status, code, message } = noteRefusal(error, reply)
    const isPassing = request.method === 'GET' && (status >= 500 || status === 429)
    const ways = {
      startPages: await app.findStartPages(request),
      next: request.next,
      again: isPassing ? request.url : undefined,
    }
    return sendPage(reply, status, refusedPage(textsOf(request), { status, code, message }, ways), { code })
  })
})

/** Language, name and branding of the answer to this request. */
export function lookOf(request: FastifyRequest): Look {
  const { uiLocales, site } = request
  const branding = site ? brandingOf(site) : NO_BRANDING // an unknown host has no site
  const acceptLanguage = request.headers['accept-language']
  const language = chooseLanguage({ uiLocales, acceptLanguage, tenantLanguage: branding.language ?? undefined })
  return { texts: textsFor(language), tenant: site && nameOf(site), branding }
}

export function textsOf(request: FastifyRequest): Texts {
  return lookOf(request).texts
}

type Sending = {
  /** Origin at which a form of the page may end after redirects. */
  formTarget?: string
  /** Shown with the request's id, for support. */
  code?: string
  /** Microsoft's id of the failed request. */
  correlationId?: string | undefined
}

export function sendPage(reply: FastifyReply, status: number, page: Page, sending: Sending = {}) {
  const { formTarget, code, correlationId } = sending
  const look = lookOf(reply.request)
  const { texts } = look
  const details =
    code !== undefined &&
    html`<p class="quiet">${texts.code(code)}<br>${texts.request(reply.request.id)}${correlationId !== undefined && html`<br>${texts.correlationId(correlationId)}`}</p>`
  return reply
    .status(status)
    .headers(pageHeaders(look, page, formTarget === undefined ? [] : [formTarget]))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(renderPage({ ...page, body: html`${page.body}${details}` }, look))
}

/**
 * Sends a page that leads to a path of this host: after a form, where the policy `form-action` would apply to every
 * redirect that follows, or where the next request must come from our own origin, or later.
 */
export function sendOnward(reply: FastifyReply, path: string, tenant?: string, seconds = 0) {
  const { redeeming, oneMoment, continue: goOn } = textsOf(reply.request)
  const body = html`<p>${oneMoment}</p><div class="actions"><a class="button" href="${path}">${goOn}</a></div>`
  return sendPage(reply.header('refresh', `${seconds};url=${path}`), 200, { title: redeeming.title, tenant, body })
}

/** Logs a refusal once, and says when to come back. */
export function noteRefusal(error: FastifyError | AppError, reply: FastifyReply): AppError {
  const refusal = error instanceof AppError ? error : describe(error)
  const { status, code, retryAfter } = refusal
  reply.request.log[status >= 500 ? 'error' : 'info']({ err: error, code }, 'request refused')
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  return refusal
}

function describe(error: FastifyError): AppError {
  const status = error.statusCode
  if (status !== undefined && status >= 400 && status < 500)
    return new AppError(status, 'invalid-request', 'The request is not valid.')
  if (isDependencyFailure(error)) return refuse('temporarily-unavailable', { cause: error, retryAfter: 2 })
  return refuse('internal-error', { cause: error })
}
