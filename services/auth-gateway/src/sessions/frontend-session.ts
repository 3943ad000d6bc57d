import { createHash } from 'node:crypto'
import type { App } from '@jackfield/contract/tenants/app'
import type { FastifyRequest } from 'fastify'
import { registerApp, SIGN_IN_DONE_PATH } from '../domain/app-registration.ts'
import { isLoginTooOld } from '../domain/lifetimes.ts'
import { readAccountId } from '../domain/sign-in/account-id.ts'
import { decideAdmission, isLoginRevoked } from '../domain/sign-in/admission.ts'
import { findTenantOf } from '../domain/site.ts'
import { startPageOf } from '../domain/start-pages.ts'
import { refuse } from '../errors.ts'
import type { Parts, Ports } from '../ports.ts'
import { signInSite } from '../sites/site-plugin.ts'

const SIGNED_OUT = { kind: 'signed-out' } as const

/** The person of the browser's session, if the roster still admits them (T-22). */
export async function findFrontendSession(
  ports: Ports,
  request: FastifyRequest,
  app: Pick<App, 'requiresBinding'> = { requiresBinding: false },
) {
  const site = signInSite(request)
  const provider = await ports.providers(site)
  const login = await provider.findLogin(request.headers.cookie)
  if (!login) return SIGNED_OUT
  if (login.kind === 'foreign') return login
  if (isLoginTooOld(login.loginAt, ports.clock())) return SIGNED_OUT
  const id = readAccountId(site, login.accountId)
  if (!id) return SIGNED_OUT
  const [found, person] = await Promise.all([
    findTenantOf(ports.registry, site, id.tenantId),
    ports.roster.recheckById(id.tenantId, id.userId),
  ])
  if (!found) return SIGNED_OUT
  const admission = decideAdmission(person, app)
  if (admission.kind === 'not-bound') return { kind: 'not-bound' as const }
  if (admission.kind !== 'admitted' || isLoginRevoked(admission.person, login.loginAt)) return SIGNED_OUT
  const { accountId, loginAt, uid: sessionUid } = login
  const { person: admitted } = admission
  return { kind: 'signed-in' as const, tenant: found.tenant, person: admitted, accountId, loginAt, sessionUid }
}

/** Like findFrontendSession, but throws: 401 asks to sign in, 403 says that signing in again would not help. */
export async function requireFrontendSession(...question: Parameters<typeof findFrontendSession>) {
  const session = await findFrontendSession(...question)
  if (session.kind === 'foreign') throw refuse('foreign-session')
  if (session.kind === 'not-bound') throw refuse('not-bound')
  if (session.kind === 'signed-out') throw refuse('unauthenticated')
  return session
}

/** A server-rendered frontend on this host: its return origins and its start page. */
export async function findFrontend({ registry, baseUrl }: Parts, request: FastifyRequest, clientId: unknown) {
  const site = signInSite(request)
  const apps = await registry.listApps()
  const app = apps.find((each) => each.clientId === clientId && each.kind === 'server')
  if (!app) throw refuse('not-found')
  const { redirectUris, postLogoutRedirectUris } = registerApp(app, site, apps, baseUrl)
  const home = startPageOf(app, site, apps, baseUrl)
  const ofApp = redirectUris.filter((uri) => uri !== site.origin + SIGN_IN_DONE_PATH)
  const origins = new Set(ofApp.map((uri) => new URL(uri).origin))
  if (home === undefined) throw refuse('not-found')
  return { app, origins, home, postLogoutRedirectUris }
}

/** Target of a form that ends all sessions but the current one. */
export const ALL_OTHERS = 'others'

/**
 * Names a session in a form of one other session. Both uids are secret and random: only that session's page can contain
 * the name, so it also proves that the form is not cross-site (T-60).
 */
export function sessionHandle(ownUid: string, target: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['own-session', ownUid, target]))
    .digest('base64url')
}
