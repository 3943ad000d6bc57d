import { html } from '@jackfield/http-server/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ShowPage } from './layout.ts'

/** Asks before it signs out: another site may have sent the browser here (T-60). */
export function signOutPage(show: ShowPage) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { secret } = (ctx.oidc.session?.state ?? {}) as { secret?: string }
    const { post_logout_redirect_uri: target } = ctx.oidc.params ?? {}
    const origin = typeof target === 'string' ? URL.parse(target)?.origin : undefined
    show(
      ctx,
      ({ signOut }) => ({
        title: signOut.title,
        body: html`<p>${signOut.text}</p>
<form method="post" action="${ctx.oidc.urlFor('end_session_confirm')}">
<input type="hidden" name="xsrf" value="${secret}">
<div class="actions"><button name="logout" value="yes" autofocus>${signOut.yes}</button><button class="plain">${signOut.no}</button></div>
</form>`,
      }),
      origin ? [origin] : [],
    )
  }
}

export function signedOutPage(show: ShowPage) {
  return async (ctx: KoaContextWithOIDC): Promise<void> =>
    show(ctx, ({ signOut }) => ({ title: signOut.done, body: html`<p>${signOut.doneText}</p>` }))
}
