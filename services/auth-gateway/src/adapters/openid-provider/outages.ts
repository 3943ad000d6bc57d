import { isLostStore } from '@jackfield/problem/lost-store'
import { errors } from 'oidc-provider'
import { isDependencyFailure } from '../../errors.ts'
import type { Records } from '../../ports.ts'
import type { Middleware } from './provider-middleware.ts'
import type { ProviderPages } from './provider-pages.ts'

/** Turns an outage of ours into `temporarily_unavailable` with 503 instead of a fault of the provider (T-115). */
export async function orUnavailable<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise
  } catch (error) {
    throw isDependencyFailure(error) ? unavailable(error) : error
  }
}

export function unavailable(cause?: unknown): Error {
  return Object.assign(new errors.TemporarilyUnavailable(), { status: 503, statusCode: 503, expose: true, cause })
}

/** Undefined when the provider refuses to find something; an outage is rethrown. */
export async function orAbsent<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise
  } catch (error) {
    if (isDependencyFailure(error)) throw error
    return undefined
  }
}

/** Records whose outages are 503. `onLost` hears of each failure that means that the store is lost. */
export function availableRecords(records: Records, onLost: () => void): Records {
  type Method = (...parts: unknown[]) => Promise<unknown>
  const heard = (answer: Promise<unknown>) =>
    answer.catch((error: unknown) => {
      if (isLostStore(error)) onLost()
      throw error
    })
  const methods = Object.entries(records as unknown as Record<string, Method>)
  const wrapped = methods.map(([name, method]) => [
    name,
    (...parts: unknown[]) => orUnavailable(heard(method(...parts))),
  ])
  return Object.fromEntries(wrapped)
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
    if (ctx.status >= 500) ctx.remove('set-cookie') // of a session that was not saved
  }
}
const OF_PEOPLE = /^\/(?:authorize|device|logout)(?:\/|$)/
