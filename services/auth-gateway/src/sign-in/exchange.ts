import { randomBytes } from 'node:crypto'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { WRONG_PLATFORM } from '../domain/sign-in/microsoft-claims.ts'
import type { PendingLogin } from '../domain/sign-in/pending-login.ts'
import { type Redeemed, redemptionOrigin } from '../domain/sign-in/redemption.ts'
import type { SignInAccount } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import { REDEEM_PATH } from '../pages/script-pages.ts'
import type { IdentityOutcome, Ports } from '../ports.ts'
import { concludeLogin } from './conclude-login.ts'
import { redeemingLogins } from './pending-logins.ts'

// From Microsoft's answer to an identity, for people and for Control. The code of the platform `web` is redeemed here,
// that of the platform `spa` only by the browser (S11).

/** Redeems the code of an answer whose delivery was checked, or reads why there is none. */
export async function redeemAnswer(
  ports: Ports,
  request: FastifyRequest,
  login: PendingLogin,
  answer: URLSearchParams,
  state: string,
): Promise<IdentityOutcome> {
  if (answer.has('error')) return ports.microsoft.readErrorAnswer(answer)
  if (!answer.has('code')) return { kind: 'rejected', reason: 'no code' }
  const connection = await ports.registry.findConnection(login.tenantId, login.accountId)
  if (!connection?.enabled) throw refuse('account-not-found')
  const { redirectUri, nonce, verifier } = login
  const expected = { redirectUri, state, nonce, verifier }
  return ports.microsoft.redeem(await workingConnection(ports, request, connection), answer, expected)
}

/**
 * During a credential rotation: returns the connection with the credential that Entra ID accepts (SE-07). Tried before
 * the code is redeemed, because a refused credential burns the code (AADSTS501481).
 */
async function workingConnection(
  { microsoft, registry }: Ports,
  request: FastifyRequest,
  connection: Connection,
): Promise<Connection> {
  const { rotation, accountId } = connection
  if (!rotation) return connection
  const worked = await microsoft.tryRotation(connection)
  if (worked === undefined) return connection
  try {
    await registry.recordCredentialUse(connection, { credentialId: rotation.credentialId, worked })
  } catch (error) {
    // Not fatal: the next sign-in reports it again.
    request.log.warn({ err: error, accountId }, 'a credential’s use could not be told to the registry')
  }
  return worked === 'previous' ? { ...connection, credential: rotation.previous } : connection
}

/** Leads the browser to the page that redeems the code, which is on the host of the redirect URI (FC-36). */
export async function redeemInBrowser(
  ports: Ports,
  reply: FastifyReply,
  login: PendingLogin,
  { account, code }: { account: SignInAccount; code: string },
) {
  const redemption = await ports.microsoft.browserRedemption(account)
  if (redemption.kind !== 'redemption') return concludeLogin(ports, reply, login, redemption)
  const { tokenEndpoint, scope } = redemption
  const handle = newHandle()
  await redeemingLogins.save(ports, handle, { login, code, clientId: account.clientId, tokenEndpoint, scope })
  return reply.redirect(`${redemptionOrigin(login)}${REDEEM_PATH}?handle=${handle}`, 303)
}

/** Identifies one step of one login, for two minutes. */
export const newHandle = () => randomBytes(32).toString('base64url')

/** Verifies the ID token from the browser, or reads why there is none. */
export async function readRedeemed(
  { microsoft }: Ports,
  account: SignInAccount,
  { id_token: idToken, error, error_description: description }: Redeemed,
  { login, code }: { login: PendingLogin; code: string },
): Promise<IdentityOutcome> {
  if (error === 'unreachable') return { kind: 'unreachable' }
  if (error === 'blocked') return microsoft.explainBlocked(account, { code, redirectUri: login.redirectUri })
  if (error) return microsoft.readErrorAnswer(new URLSearchParams({ error, error_description: description }))
  return idToken ? microsoft.accept(account, idToken, login.nonce) : { kind: 'malformed' }
}

/** Turns the account's light in Control: no connection test sees what only a sign-in shows (FC-13). */
export async function tellWrongPlatform(
  { registry }: Ports,
  request: FastifyRequest,
  { tenantId, accountId }: PendingLogin,
  outcome: IdentityOutcome,
): Promise<void> {
  if (outcome.kind !== 'refused' || outcome.code !== WRONG_PLATFORM) return
  try {
    await registry.reportWrongPlatform({ tenantId, accountId })
  } catch (error) {
    // Not fatal: the next sign-in reports it again.
    request.log.warn({ err: error, accountId }, 'a wrong platform could not be told to the registry')
  }
}
