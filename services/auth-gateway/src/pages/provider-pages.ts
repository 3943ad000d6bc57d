import type { IncomingMessage } from 'node:http'
import { type Html, html } from '@jackfield/http-server/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { formTargetOf } from '../domain/app-registration.ts'
import { brandingOf, nameOf, type SignInSite } from '../domain/site.ts'
import { type Look, type Page, pageHeaders, renderPage } from './layout.ts'
import { type WaysOn, waysOn } from './refused-page.ts'
import { type Texts, textsFor } from './texts/texts.ts'

type Hooks = {
  /** The look that the visitor of this request asks for; undefined gives the site's own, in English. */
  lookOf: (request: IncomingMessage) => Look | undefined
  waysOnOf: (ctx: KoaContextWithOIDC) => Promise<WaysOn>
  onWrongUserCode: (ctx: KoaContextWithOIDC) => void
}
type DeviceInfo = { ip?: string; ua?: string }
type DeviceFailure = { name: string; userCode?: string }
/** Writes a page in the look of the request. */
export type ShowPage = (ctx: KoaContextWithOIDC, page: (texts: Texts) => Page, formTargets?: readonly string[]) => void

/** The pages that the OpenID Provider of a site answers with itself: its errors, the device flow, signing out. */
export function pagesOfProvider(site: SignInSite, { lookOf, ...hooks }: Hooks) {
  const show: ShowPage = (ctx, page, formTargets) => {
    const look = lookOf(ctx.req) ?? { texts: textsFor('en'), tenant: nameOf(site), branding: brandingOf(site) }
    ctx.set(pageHeaders(look, {}, formTargets))
    ctx.type = 'html'
    ctx.body = renderPage(page(look.texts), look)
  }
  return providerPages(show, hooks)
}

export function providerPages(show: ShowPage, { waysOnOf, onWrongUserCode }: Omit<Hooks, 'lookOf'>) {
  return {
    /** For a request that cannot be answered by a redirect. Shows the code, never received text. */
    async error(ctx: KoaContextWithOIDC, out: { error: string }, error: Error): Promise<void> {
      const code = error.name === 'SessionNotFound' ? 'session_not_found' : out.error
      if (ctx.oidc?.route === 'end_session' && ctx.status < 500) {
        const reason = ctx.oidc.client ? 'unregistered' : 'notProven'
        return show(ctx, (texts) => ({
          title: texts.signOut.failed,
          body: html`<p>${texts.signOut[reason]}</p>
<div class="actions"><a class="button" href="${ctx.oidc.urlFor('end_session')}">${texts.signOut.anyway}</a></div>
<p class="quiet">${texts.code(code)}<br>${texts.request(ctx.response.get('x-request-id'))}</p>`,
        }))
      }
      const ways = await orStartPage(waysOnOf(ctx))
      show(ctx, (texts) => {
        const { title, ...sentences } = texts.protocolError
        const sentence = code in sentences ? sentences[code as keyof typeof sentences] : sentences.invalid_request
        return {
          title,
          body: html`<p>${sentence}</p>${waysOn(texts, ways)}<p class="quiet">${texts.code(code)}<br>${texts.request(ctx.response.get('x-request-id'))}</p>`,
        }
      })
    },
    /** RFC 8628 3.3. */
    device: {
      async input(ctx: KoaContextWithOIDC, _form?: string, _out?: unknown, error?: DeviceFailure): Promise<void> {
        if (error?.name === 'NotFoundError') onWrongUserCode(ctx)
        // Without a session the form could never be submitted: the redirect begins one.
        if (error && !isKept(ctx)) {
          ctx.status = 303
          return ctx.redirect(ctx.oidc.urlFor('code_verification'))
        }
        show(ctx, (texts) => ({
          title: texts.device.title,
          body: html`${error && html`<p role="alert" id="trouble">${explain(texts, error)}</p>`}<form method="post" action="${ctx.oidc.urlFor('code_verification')}">${secretField(ctx)}
<p><label for="code">${texts.device.enterCode}</label></p>
<p><input id="code" name="user_code" value="${error?.userCode}"${error && html` aria-describedby="trouble" aria-invalid="true"`} autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus></p>
<div class="actions"><button>${texts.continue}</button></div></form>`,
        }))
      },
      /** RFC 8628 5.4: another person may have sent the link, so the page says what is about to be connected. */
      async confirm(
        ctx: KoaContextWithOIDC,
        _form: string,
        client: { clientName?: string; clientId: string },
        device: DeviceInfo,
        code: string,
      ): Promise<void> {
        show(ctx, (texts) => ({
          title: texts.device.isYours,
          body: html`<p>${texts.device.asks(client.clientName ?? client.clientId, code)}</p>
<p class="quiet">${texts.device.from(device.ip)}</p>
<p>${texts.device.warning}</p>
<form method="post" action="${ctx.oidc.urlFor('code_verification')}">${secretField(ctx)}<input type="hidden" name="user_code" value="${code}">
<div class="actions"><button name="confirm" value="yes">${texts.continue}</button><button class="plain" name="abort" value="yes">${texts.cancel}</button></div></form>`,
        }))
      },
      async success(ctx: KoaContextWithOIDC): Promise<void> {
        const name = ctx.oidc.client?.clientName
        show(ctx, ({ device }) => ({
          title: device.connected,
          body: html`<p>${device.signsIn(name)}</p>
<div class="actions"><a class="button plain" href="/auth/sessions">${device.toSessions}</a></div>`,
        }))
      },
    },
    /** Asks before it signs out: another site may have sent the browser here (T-60). */
    async signOut(ctx: KoaContextWithOIDC): Promise<void> {
      const { post_logout_redirect_uri: target } = ctx.oidc.params ?? {}
      show(
        ctx,
        ({ signOut }) => ({
          title: signOut.title,
          body: html`<p>${signOut.text}</p>
<form method="post" action="${ctx.oidc.urlFor('end_session_confirm')}">
${secretField(ctx)}
<div class="actions"><button name="logout" value="yes" autofocus>${signOut.yes}</button><button class="plain">${signOut.no}</button></div>
</form>`,
        }),
        typeof target === 'string' && URL.canParse(target) ? [formTargetOf(target)] : [],
      )
    },
    async signedOut(ctx: KoaContextWithOIDC): Promise<void> {
      const ways = await orStartPage(waysOnOf(ctx))
      show(ctx, (texts) => ({
        title: texts.signOut.done,
        body: html`<p>${texts.signOut.doneText}</p>${waysOn(texts, ways)}`,
      }))
    },
  }
}

/** An outage must not take the page itself away. */
function orStartPage(ways: Promise<WaysOn>): Promise<WaysOn> {
  return ways.catch(() => ({ startPages: [] }))
}

function isKept({ oidc }: KoaContextWithOIDC): boolean {
  return typeof (oidc.session as { exp?: number } | undefined)?.exp === 'number'
}

function secretField(ctx: KoaContextWithOIDC): Html {
  const { secret } = (ctx.oidc.session?.state ?? {}) as { secret?: string }
  return html`<input type="hidden" name="xsrf" value="${secret}">`
}

function explain({ device }: Texts, { name, userCode }: DeviceFailure): string {
  if (name === 'AbortedError') return device.cancelled
  if (name === 'NoCodeError') return device.noCode
  if (name === 'ExpiredError') return device.expired
  if (name === 'AlreadyUsedError') return device.used
  return userCode === undefined ? device.failed : device.otherCode
}
