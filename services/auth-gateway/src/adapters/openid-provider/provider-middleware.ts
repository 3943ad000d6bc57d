import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { ArtefactSpaces } from '../../ports.ts'
import { AlreadyUsedError } from '../artefacts/unit-of-work.ts'
import { orUnavailable } from './oidc-unavailable.ts'
import type { ProviderPages } from './provider-pages.ts'

export type Middleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/** Runs `middleware` for paths that match; other requests pass by. */
export function on(paths: RegExp, middleware: Middleware): Middleware {
  return (ctx, next) => (paths.test(ctx.path) ? middleware(ctx, next) : next())
}

/** Makes one unit of work of the request's reads and writes. A request that ends in 5xx consumes no code or token. */
export function asOneUnit(artefacts: ArtefactSpaces): Middleware {
  return async (ctx, next) => {
    const work = async () => {
      await next()
      return ctx.status < 500 ? ('done' as const) : ('failed' as const)
    }
    await orUnavailable(artefacts.asOne(work)).catch((error: unknown) => {
      if (!(error instanceof AlreadyUsedError) || ctx.status < 400) throw error
    })
  }
}

/**
 * Answers 503 when the store fails after oidc-provider has answered: an OAuth error for programs, a page for people.
 */
export function answeringOutages(showError: ProviderPages['error']): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof errors.TemporarilyUnavailable)) throw error
      const out = { error: error.error, error_description: error.error_description ?? error.error }
      ctx.remove('location')
      ctx.status = 503
      if (OF_PEOPLE.test(ctx.path)) await showError(ctx, out, error)
      else ctx.body = out
    }
    if (ctx.status === 503) ctx.set('retry-after', '2')
  }
}
const OF_PEOPLE = /^\/(?:authorize|device|logout)(?:\/|$)/

/**
 * Corrects the discovery document where configuration and behaviour differ. Shared hosts use the library's pairwise
 * subjects to derive `sub` from the account id, but every app gets the same one. Client secrets are parsed only to be
 * refused.
 */
export async function describeForApps(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.oidc?.route !== 'discovery') return
  Object.assign(ctx.body as object, {
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['none'],
  })
}
