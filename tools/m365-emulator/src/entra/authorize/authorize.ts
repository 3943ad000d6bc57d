import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { refusalOf } from '../../faults/entra-faults.ts'
import { takeFault } from '../../faults/faults.ts'
import { directoryOf, resolveAuthority } from '../authority.ts'
import { refuseOnPage } from '../pages/error-page.ts'
import { accountsPage, credentialsPage, type Form } from '../pages/sign-in-pages.ts'
import { chooseAccount } from '../sign-in/account-choice.ts'
import { finishSignIn, type Interaction } from '../sign-in/finish-sign-in.ts'
import { SESSION_COOKIE } from '../sign-in/identify.ts'
import { refuseToApplication } from './authorization-response.ts'
import { type Parameters, readAuthorizeRequest } from './authorize-request.ts'

type Values = Record<string, string | string[]>
type Route = { Params: { tenant: string }; Querystring: Values; Body: Values | undefined }

export const authorize: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  // OpenID Connect Core 3.1.2.1: GET and POST are equivalent
  app.route<Route>({ method: ['GET', 'POST'], url: '/:tenant/oauth2/v2.0/authorize', handler: begin })

  async function begin(request: FastifyRequest<Route>, reply: FastifyReply) {
    const authority = resolveAuthority(request.params.tenant, everywhere.directories)
    const cloud = everywhere.of(directoryOf(authority))
    const parameters = firstOfEach({ ...request.query, ...request.body })
    const read = readAuthorizeRequest(
      parameters,
      authority,
      cloud.directories.findApplication(parameters.client_id ?? ''),
      cloud.entra,
    )
    if (read.kind === 'page') return refuseOnPage(reply, cloud, read.refusal)
    if (read.kind === 'redirect') return refuseToApplication(reply, cloud, read.answer, read.refusal)

    const effect = takeFault(cloud, request)
    if (effect?.kind === 'slow') await wait(effect.milliseconds)
    if (effect?.kind === 'refuse') return reply.code(effect.status).type('text/html; charset=utf-8').send('')
    if (effect?.kind === 'aadsts') {
      const refusal = refusalOf(effect)
      return effect.at === 'page'
        ? refuseOnPage(reply, cloud, refusal)
        : refuseToApplication(reply, cloud, read.request, refusal)
    }

    const form = loginForm(request.params.tenant, parameters)
    const accounts = cloud.sessions.accounts(request.cookies[SESSION_COOKIE], cloud.directories)
    const choice = chooseAccount(read.request, accounts, cloud.directories)
    const interaction: Interaction = { cloud, authority, request: read.request, form }
    reply.type('text/html; charset=utf-8')
    switch (choice.kind) {
      case 'use':
        return finishSignIn(reply, interaction, choice.account)
      case 'refuse':
        return refuseToApplication(reply, cloud, read.request, choice.refusal)
      case 'pick':
        return accountsPage(form, choice.accounts)
      case 'credentials':
        return credentialsPage(form, { app: read.request.application.displayName, userName: choice.userName })
    }
  }
}

function loginForm(tenant: string, parameters: Parameters): Form {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { action: `/${encodeURIComponent(tenant)}/login`, request: new URLSearchParams(given).toString() }
}

function firstOfEach(query: Values): Parameters {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}
