import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { RecordSpaces, Records } from '../../ports.ts'
import { AlreadyUsedError } from '../records/unit-of-work.ts'
import type { LostAnswers } from './lost-answers.ts'
import { endGrant } from './oidc-sessions.ts'
import { orUnavailable } from './outages.ts'
import type { ProviderPages } from './provider-pages.ts'

export type Middleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/** Runs `middleware` for paths that match; other requests pass by. */
export function on(paths: RegExp, middleware: Middleware): Middleware {
  return (ctx, next) => (paths.test(ctx.path) ? middleware(ctx, next) : next())
}

type UnitParts = {
  spaces: RecordSpaces
  /** Of the site. */
  records: Records
  lostAnswers: LostAnswers
  showError: ProviderPages['error']
}

/**
 * Makes one unit of work of the request's writes. A request that ends in 5xx writes nothing: it uses no code or token
 * up. When the store fails during the write, it may have used one up: it is noted.
 */
export function asOneUnit({ spaces, records, lostAnswers, showError }: UnitParts): Middleware {
  return async (ctx, next) => {
    const work = async () => {
      await next()
      return ctx.status < 500 ? ('done' as const) : ('failed' as const)
    }
    try {
      await orUnavailable(spaces.asOne(work))
    } catch (error) {
      if (!(error instanceof AlreadyUsedError)) {
        lostAnswers.noteLost(ctx, records, error)
        throw error
      }
      if (ctx.status >= 400) return
      if (/resume$/.test(ctx.oidc.route)) await answerSecondResumption(ctx, showError)
      else await answerSecondUse(ctx, records)
    }
  }
}

/** As oidc-provider answers when the first has ended; without the cookies of a session that was not saved. */
async function answerSecondResumption(ctx: KoaContextWithOIDC, showError: ProviderPages['error']): Promise<void> {
  const error = new errors.SessionNotFound('interaction session not found')
  for (const header of ['location', 'set-cookie']) ctx.remove(header)
  ctx.status = error.status
  await showError(ctx, { error: error.error }, error)
}

/**
 * Answers the second of two concurrent uses of a code or token. Concurrent refreshes got the same successor, so the
 * response stands unless that was revoked; the second use of a code revokes what the first was given (RFC 6749 4.1.2).
 */
async function answerSecondUse(ctx: KoaContextWithOIDC, records: Records): Promise<void> {
  const { RotatedRefreshToken, RefreshToken, AuthorizationCode, DeviceCode } = ctx.oidc.entities
  if (RotatedRefreshToken) {
    if (RefreshToken && (await records.find('RefreshToken', RefreshToken.jti))) return
  } else {
    await endGrant(records, (AuthorizationCode ?? DeviceCode)?.grantId)
  }
  const { error, error_description, status } = new errors.InvalidGrant('already used')
  ctx.status = status
  ctx.body = { error, error_description }
}

/**
 * Corrects the discovery document where configuration and behaviour differ. Shared hosts use the library's pairwise
 * subjects to derive `sub` from the account id, but every app gets the same one.
 */
export async function describeForApps(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.oidc?.route !== 'discovery') return
  Object.assign(ctx.body as object, { subject_types_supported: ['public'] })
}
