import { Browser, send } from './browser.ts'
import type { World } from './given.ts'
import { givenClient, signInAt } from './oidc-client.ts'

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** A code that nobody used yet, and what redeems it. */
export async function givenCode(world: World) {
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const { url } = await signInAt(new Browser(), login.url)
  return {
    grant_type: 'authorization_code',
    client_id: 'web-client',
    code: url.searchParams.get('code') ?? '',
    code_verifier: login.verifier,
    redirect_uri: app.redirectUri,
  }
}

/** The token endpoint's answer to a raw request, with what a library would hide. */
export async function askForTokens(
  world: World,
  parameters: Record<string, string>,
  { headers = {}, query = '' }: { headers?: Record<string, string>; query?: string } = {},
) {
  const answer = await send(`${world.originOf('contoso')}/auth/token${query}`, {
    method: 'POST',
    headers: { ...FORM, ...headers },
    body: new URLSearchParams(parameters).toString(),
  })
  return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.text) }
}
