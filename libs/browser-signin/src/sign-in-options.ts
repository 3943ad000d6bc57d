import { authorityOf, type Provider } from './attempt.ts'

export type SignInOptionsOfHost = {
  /** Whether people can sign in with Microsoft there. */
  microsoft: boolean
}

/**
 * The sign-in options of the gateway's host; none where the host belongs to no tenant. While the gateway does not answer,
 * Microsoft is an option, so that an outage does not look like a tenant that is not connected.
 */
export async function fetchSignInOptions(provider: Pick<Provider, 'authority'> = {}): Promise<SignInOptionsOfHost> {
  try {
    const answer = await fetch(`${authorityOf(provider)}/sign-in-options`)
    return answer.ok ? await answer.json() : { microsoft: answer.status !== 404 }
  } catch {
    return { microsoft: true }
  }
}
