import type { KoaContextWithOIDC } from 'oidc-provider'
import { html } from './html.ts'
import { pageSecurityPolicy, renderPage } from './layout.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  invalid_client: 'The app that sent you here is not known at this address.',
  invalid_redirect_uri: 'The app that sent you here gave a return address that is not registered.',
  invalid_request: 'The request of the app that sent you here is not valid.',
  session_not_found: 'This sign-in has expired, was finished, or was started in another browser. Go back to the app and start again.',
  temporarily_unavailable: 'A part of the service is not available just now. Please try again in a moment.',
  server_error: 'Something went wrong on our side.',
}

/** What a browser sees when an OpenID Connect request can't be answered by a redirect. Shows the code, never received text. */
export async function protocolErrorPage(ctx: KoaContextWithOIDC, out: { error: string }, error: Error): Promise<void> {
  const code = error.name === 'SessionNotFound' ? 'session_not_found' : out.error
  ctx.set('content-security-policy', pageSecurityPolicy())
  ctx.type = 'html'
  ctx.body = renderPage({
    title: 'This sign-in can’t go on',
    body: html`<p>${SENTENCES[code] ?? SENTENCES.invalid_request}</p><p class="quiet">Code: ${code}</p>
<p class="quiet">Request: ${ctx.response.get('x-request-id')}</p>`,
  })
}
