import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import type { Account } from '../../directory/directories.ts'
import { explain } from '../errors/aadsts.ts'
import { credentialsPage, type Form, secondFactorPage } from '../pages/sign-in-pages.ts'
import type { SignedInAccount } from './account-choice.ts'

export const SESSION_COOKIE = 'm365_emulator_session'

/** The form fields of the login pages; `request` is the request the login belongs to. */
export const LoginAnswer = z.object({
  request: z.string(),
  step: z.enum(['credentials', 'second-factor', 'pick', 'other', 'consent', 'cancel', 'return', 'continue']),
  username: z.string().default(''),
  password: z.string().default(''),
  account: z.string().default(''),
  proof: z.string().default(''),
  organization: z.string().optional(),
})
export type LoginAnswer = z.infer<typeof LoginAnswer>

type Identified = { kind: 'known'; account: SignedInAccount } | { kind: 'page'; html: string }

/** Identifies the account: by password and possibly a second factor, or by choosing one of the browser's session. */
export function identify(
  reply: FastifyReply,
  cloud: Cloud,
  session: string | undefined,
  answer: LoginAnswer,
  { form, app }: { form: Form; app: string },
): Identified {
  if (answer.step === 'credentials') {
    const checked = checkPassword(cloud, answer)
    if (checked.kind === 'refuse') {
      const error = explain({ code: checked.code }).text
      return { kind: 'page', html: credentialsPage(form, { app, userName: answer.username, error }) }
    }
    const { account } = checked
    if (!account.user.mfa) return { kind: 'known', account: startSession(reply, cloud, session, account, ['pwd']) }
    const proof = cloud.sessions.beginSecondFactor(keyOf(account))
    return { kind: 'page', html: secondFactorPage(form, { userName: account.user.userPrincipalName, proof }) }
  }
  if (answer.step === 'second-factor') {
    const account = cloud.directories.account(cloud.sessions.endSecondFactor(answer.proof) ?? '')
    if (account) return { kind: 'known', account: startSession(reply, cloud, session, account, ['pwd', 'mfa']) }
  }
  const signedIn = cloud.sessions.accounts(session, cloud.directories)
  const chosen = answer.step === 'other' ? undefined : signedIn.find((account) => keyOf(account) === answer.account)
  // nothing was chosen, or the session ended while the page was open
  return chosen
    ? { kind: 'known', account: chosen }
    : { kind: 'page', html: credentialsPage(form, { app, userName: '' }) }
}

export function keyOf({ directory, user }: Account): string {
  return `${directory.id}/${user.id}`
}

/** Answers an unknown name and a wrong password alike. */
function checkPassword(
  cloud: Cloud,
  { username, password }: LoginAnswer,
): { kind: 'ok'; account: Account } | { kind: 'refuse'; code: number } {
  const account = cloud.directories.findAccount(username.trim())
  if (account?.user.password !== password) return { kind: 'refuse', code: 50126 }
  return account.user.accountEnabled ? { kind: 'ok', account } : { kind: 'refuse', code: 50057 }
}

function startSession(
  reply: FastifyReply,
  cloud: Cloud,
  previous: string | undefined,
  account: Account,
  amr: readonly string[],
) {
  const { id, signedIn } = cloud.sessions.signIn(previous, account, cloud.of(account.directory).clock.now(), amr)
  reply.setCookie(SESSION_COOKIE, id, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: cloud.origin.startsWith('https:'),
  })
  return { ...signedIn, ...account }
}
