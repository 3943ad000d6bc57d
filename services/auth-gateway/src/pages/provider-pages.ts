import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { brandingOf, nameOf, type SignInSite } from '../domain/site.ts'
import { devicePages } from './device-pages.ts'
import { type Look, languageHeaders, pageSecurityPolicy, renderPage, type ShowPage } from './layout.ts'
import { protocolErrorPage } from './protocol-error-page.ts'
import { signedOutPage, signOutPage } from './sign-out-pages.ts'
import { textsFor } from './texts/texts.ts'

type Hooks = {
  /** The look that the visitor of this request asks for; undefined gives the site's own, in English. */
  lookOf: (request: IncomingMessage) => Look | undefined
  onWrongUserCode: (ctx: KoaContextWithOIDC) => void
}

/** The pages that the OpenID Provider of a site answers with itself: its errors, the device flow, signing out. */
export function pagesOfProvider(site: SignInSite, { lookOf, onWrongUserCode }: Hooks) {
  const show: ShowPage = (ctx, page, formTargets) => {
    const look = lookOf(ctx.req) ?? { texts: textsFor('en'), tenant: nameOf(site), branding: brandingOf(site) }
    ctx.set({ 'content-security-policy': pageSecurityPolicy(look, formTargets), ...languageHeaders(look) })
    ctx.type = 'html'
    ctx.body = renderPage(page(look.texts), look)
  }
  return {
    error: protocolErrorPage(show),
    device: devicePages(show, onWrongUserCode),
    signOut: signOutPage(show),
    signedOut: signedOutPage(show),
  }
}
