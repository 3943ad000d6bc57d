import { authorityOf, type Provider } from './attempt.ts'

export type SignInOptionsOfHost = {
  /** Whether people can sign in with Microsoft there. */
  microsoft: boolean
}

/**
 * How people can sign in at the gateway's host; nobody can where the host belongs to no tenant. While the gateway does
 * not answer they can: an outage must not look like a tenant that is not connected.
 */
export async function fetchSignInOptions(provider: Pick<Provider, 'authority'> = {}): Promise<SignInOptionsOfHost> {
  try {
    const answer = await fetch(`${authorityOf(provider)}/sign-in-options`)
    return answer.ok ? await answer.json() : { microsoft: answer.status !== 404 }
  } catch {
    return { microsoft: true }
  }
}
