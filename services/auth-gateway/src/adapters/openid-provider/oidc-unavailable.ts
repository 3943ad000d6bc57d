import { errors } from 'oidc-provider'
import { isDependencyFailure } from '../../dependency-failure.ts'
import type { Artefacts } from '../../ports.ts'

/** Turns an outage of ours into `temporarily_unavailable` with 503 instead of a fault of the provider (T-115). */
export async function orUnavailable<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise
  } catch (error) {
    if (!isDependencyFailure(error)) throw error
    const unavailable = new errors.TemporarilyUnavailable()
    throw Object.assign(unavailable, { status: 503, statusCode: 503, expose: true, cause: error })
  }
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

export function availableArtefacts(artefacts: Artefacts): Artefacts {
  type Method = (...parts: unknown[]) => Promise<unknown>
  const methods = Object.entries(artefacts as unknown as Record<string, Method>)
  const wrapped = methods.map(([name, method]) => [name, (...parts: unknown[]) => orUnavailable(method(...parts))])
  return Object.fromEntries(wrapped)
}
