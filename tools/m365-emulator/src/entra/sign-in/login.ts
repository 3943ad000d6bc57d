import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { directoryOf, resolveAuthority } from '../authority.ts'
import { cancelAtApplication, refuseToApplication } from '../authorize/authorization-response.ts'
import { readAuthorizeRequest } from '../authorize/authorize-request.ts'
import { refuseOnPage } from '../pages/error-page.ts'
import { type Consent, finishSignIn } from './finish-sign-in.ts'
import { identify, LoginAnswer, SESSION_COOKIE } from './identify.ts'

/** Receives the forms of the login pages. Each carries the authorize request, which is validated again. */
export const login: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.post<{ Params: { tenant: string } }>('/:tenant/login', async ({ params, body, cookies }, reply) => {
    const read = LoginAnswer.safeParse(body)
    if (!read.success) return refuseOnPage(reply, everywhere, { code: 9002313 })
    const answer = read.data
    const parameters = Object.fromEntries(new URLSearchParams(answer.request))
    const authority = resolveAuthority(params.tenant, everywhere.directories)
    const cloud = everywhere.of(directoryOf(authority) ?? everywhere.directories.account(answer.account)?.directory)
    const asked = readAuthorizeRequest(
      parameters,
      authority,
      cloud.directories.findApplication(parameters.client_id ?? ''),
      cloud.entra,
    )
    if (asked.kind === 'page') return refuseOnPage(reply, cloud, asked.refusal)
    if (asked.kind === 'redirect') return refuseToApplication(reply, cloud, asked.answer, asked.refusal)
    if (answer.step === 'cancel' || answer.step === 'return') return cancelAtApplication(reply, cloud, asked.request)

    const form = { action: `/${encodeURIComponent(params.tenant)}/login`, request: answer.request }
    const page = { form, app: asked.request.application.displayName }
    reply.type('text/html; charset=utf-8')
    const identified = identify(reply, cloud, cookies[SESSION_COOKIE], answer, page)
    if (identified.kind === 'page') return identified.html
    return finishSignIn(
      reply,
      { cloud, authority, request: asked.request, form },
      identified.account,
      consentIn(answer),
    )
  })
}

function consentIn({ step, organization }: LoginAnswer): Consent {
  if (step !== 'consent') return undefined
  return organization === undefined ? 'for-me' : 'for-organization'
}
