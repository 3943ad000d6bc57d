import type { KoaContextWithOIDC } from 'oidc-provider'
import { html } from './html.ts'
import { pageSecurityPolicy, renderPage } from './layout.ts'

/** Asks before it signs out: another site may have sent the browser here (T-60). */
export async function signOutPage(ctx: KoaContextWithOIDC): Promise<void> {
  const { secret } = (ctx.oidc.session?.state ?? {}) as { secret?: string }
  const { post_logout_redirect_uri: target } = ctx.oidc.params ?? {}
  const origin = typeof target === 'string' ? URL.parse(target)?.origin : undefined
  ctx.set('content-security-policy', pageSecurityPolicy(origin ? [origin] : []))
  ctx.type = 'html'
  ctx.body = renderPage({
    title: 'Sign out?',
    body: html`<p>This ends your sign-in for the phone apps of this organisation in this browser.</p>
<form method="post" action="${ctx.oidc.urlFor('end_session_confirm')}">
<input type="hidden" name="xsrf" value="${secret}">
<div class="actions"><button name="logout" value="yes" autofocus>Sign out</button><button class="plain">Stay signed in</button></div>
</form>`,
  })
}

export async function signedOutPage(ctx: KoaContextWithOIDC): Promise<void> {
  ctx.set('content-security-policy', pageSecurityPolicy())
  ctx.type = 'html'
  ctx.body = renderPage({
    title: 'You are signed out',
    body: html`<p>You can close this window. Your Microsoft sign-in in this browser is not touched.</p>`,
  })
}
