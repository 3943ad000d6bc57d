import { html } from '@jackfield/http-server/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ShowPage } from './layout.ts'

/**
 * Error page for an OpenID Connect request that cannot be answered by a redirect. Shows the code, never received text.
 */
export function protocolErrorPage(show: ShowPage) {
  return async (ctx: KoaContextWithOIDC, out: { error: string }, error: Error): Promise<void> => {
    const code = error.name === 'SessionNotFound' ? 'session_not_found' : out.error
    show(ctx, (texts) => {
      const { title, ...sentences } = texts.protocolError
      const sentence = code in sentences ? sentences[code as keyof typeof sentences] : sentences.invalid_request
      return {
        title,
        body: html`<p>${sentence}</p><p class="quiet">${texts.code(code)}<br>${texts.request(ctx.response.get('x-request-id'))}</p>`,
      }
    })
  }
}
