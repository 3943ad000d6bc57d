import { AppError } from '@jackfield/problem/app-error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { isDependencyFailure } from './dependency-failure.ts'
import { refuse } from './errors.ts'
import { html } from './pages/html.ts'
import { type Page, pageSecurityPolicy, renderPage } from './pages/layout.ts'

/** Errors of routes that people see: a page with the same code and request id a problem document would have. */
export const pagePlugin = plugin(async (app) => {
  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    const { status, code, message, retryAfter } = error instanceof AppError ? error : describe(error)
    request.log[status >= 500 ? 'error' : 'info']({ err: error, code }, 'request refused')
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
    return sendPage(reply, status, {
      title: status === 404 ? 'Nothing here' : status >= 500 ? 'Not available just now' : 'This can’t go on',
      tenant: request.site?.kind === 'tenant' ? request.site.tenant.name : undefined,
      body: html`<p>${message}</p>${status === 400 && html`<p>Go back to the app and start again.</p>`}${technicalDetails(request, code)}`,
    })
  })
})

export function sendPage(reply: FastifyReply, status: number, page: Page, formTargets: readonly string[] = []) {
  return reply
    .status(status)
    .header('content-security-policy', pageSecurityPolicy(formTargets))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(renderPage(page))
}

/** What the person reads out to support. */
export function technicalDetails(request: FastifyRequest, code: string, correlationId?: string) {
  return html`<p class="quiet">Code: ${code}<br>Request: ${request.id}${correlationId !== undefined && html`<br>Microsoft correlation id: ${correlationId}`}</p>`
}

function describe(error: FastifyError): AppError {
  const status = error.statusCode
  if (status !== undefined && status >= 400 && status < 500) return new AppError(status, 'invalid-request', 'The request is not valid.')
  if (isDependencyFailure(error)) return refuse('temporarily-unavailable', { cause: error, retryAfter: 2 })
  return new AppError(500, 'internal-error', 'Something went wrong on our side.')
}
