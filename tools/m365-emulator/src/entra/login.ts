import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { Account } from '../directory/directories.ts'
import { explain } from './aadsts.ts'
import { resolveAuthority } from './authority.ts'
import { refuseToApplication } from './authorization-response.ts'
import { readAuthorizeRequest } from './authorize-request.ts'
import { finishSignIn, type Interaction } from './finish-sign-in.ts'
import { refuseOnPage } from './pages/error-page.ts'
import { credentialsPage } from './pages/sign-in-pages.ts'

export const SESSION_COOKIE = 'm365_emulator_session'

const Body = z.object({
  request: z.string(),
  step: z.enum(['credentials', 'pick', 'other', 'consent', 'cancel']),
  username: z.string().default(''),
  password: z.string().default(''),
  account: z.string().default(''),
})

/** Where the pages of the login post their answers; the authorize request travels along and is checked anew each time. */
export const login: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.post<{ Params: { tenant: string } }>('/:tenant/login', async ({ params, body, cookies }, reply) => {
    const answer = Body.safeParse(body)
    if (!answer.success) return refuseOnPage(reply, cloud, { code: 9002313 })
    const { request: query, step, username, password, account } = answer.data
    const parameters = Object.fromEntries(new URLSearchParams(query))
    const authority = resolveAuthority(params.tenant, cloud.directories)
    const read = readAuthorizeRequest(parameters, authority, cloud.directories.findApplication(parameters.client_id ?? ''))
    if (read.kind === 'page') return refuseOnPage(reply, cloud, read.refusal)
    if (read.kind === 'redirect') return refuseToApplication(reply, cloud, read.answer, read.refusal)

    const form = { action: `/${encodeURIComponent(params.tenant)}/login`, request: query }
    const interaction: Interaction = { cloud, authority, request: read.request, form }
    const app = read.request.application.displayName
    reply.type('text/html; charset=utf-8')
    if (step === 'cancel') return refuseToApplication(reply, cloud, read.request, { code: 65004 })
    if (step === 'other') return credentialsPage(form, { app, userName: '' })
    if (step === 'credentials') {
      const checked = checkPassword(cloud, username, password)
      if (checked.kind === 'refuse') return credentialsPage(form, { app, userName: username, error: explain({ code: checked.code }).text })
      return finishSignIn(reply, interaction, startSession(reply, cloud, cookies[SESSION_COOKIE], checked.account))
    }
    const signedIn = cloud.sessions.accounts(cookies[SESSION_COOKIE], cloud.directories)
    const chosen = signedIn.find(({ directory, user }) => account === `${directory.id}/${user.id}`)
    if (!chosen) return credentialsPage(form, { app, userName: '' }) // the session ended while the page was open
    return finishSignIn(reply, interaction, chosen, step === 'consent' ? 'just-given' : undefined)
  })
}

/** An unknown name and a wrong password look the same. */
function checkPassword(
  cloud: Cloud,
  username: string,
  password: string,
): { kind: 'ok'; account: Account } | { kind: 'refuse'; code: number } {
  const account = cloud.directories.findAccount(username.trim())
  if (account?.user.password !== password) return { kind: 'refuse', code: 50126 }
  return account.user.accountEnabled ? { kind: 'ok', account } : { kind: 'refuse', code: 50057 }
}

function startSession(reply: FastifyReply, cloud: Cloud, previous: string | undefined, account: Account) {
  const { id, signedIn } = cloud.sessions.signIn(previous, account, cloud.clock.now())
  reply.setCookie(SESSION_COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/' })
  return { ...signedIn, ...account }
}
