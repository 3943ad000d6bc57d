import { type Html, html } from '@jackfield/http-server/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ShowPage } from './layout.ts'
import type { Texts } from './texts/texts.ts'

type DeviceInfo = { ip?: string; ua?: string }
type Failure = { name: string; userCode?: string }

/** Pages of the device flow (RFC 8628 3.3). */
export function devicePages(show: ShowPage, onWrongCode: (ctx: KoaContextWithOIDC) => void) {
  return {
    async input(ctx: KoaContextWithOIDC, _form?: string, _out?: unknown, error?: Failure): Promise<void> {
      if (error?.name === 'NotFoundError') onWrongCode(ctx)
      // Without a session the form could never be submitted: the redirect begins one.
      if (error && !isKept(ctx)) {
        ctx.status = 303
        return ctx.redirect(ctx.oidc.urlFor('code_verification'))
      }
      show(ctx, (texts) => ({
        title: texts.device.title,
        body: html`${error && html`<p role="alert" id="trouble">${explain(texts, error)}</p>`}<form method="post" action="${ctx.oidc.urlFor('code_verification')}">${secretOf(ctx)}
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
    ) {
      show(ctx, (texts) => ({
        title: texts.device.isYours,
        body: html`<p>${texts.device.asks(client.clientName ?? client.clientId, code)}</p>
<p class="quiet">${texts.device.from(device.ip)}</p>
<p>${texts.device.warning}</p>
<form method="post" action="${ctx.oidc.urlFor('code_verification')}">${secretOf(ctx)}<input type="hidden" name="user_code" value="${code}">
<div class="actions"><button name="confirm" value="yes">${texts.continue}</button><button class="plain" name="abort" value="yes">${texts.cancel}</button></div></form>`,
      }))
    },
    async success(ctx: KoaContextWithOIDC): Promise<void> {
      const name = ctx.oidc.client?.clientName
      show(ctx, (texts) => ({ title: texts.device.connected, body: html`<p>${texts.device.signsIn(name)}</p>` }))
    },
  }
}

function isKept({ oidc }: KoaContextWithOIDC): boolean {
  return typeof (oidc.session as { exp?: number } | undefined)?.exp === 'number'
}

function secretOf(ctx: KoaContextWithOIDC): Html {
  const { secret } = (ctx.oidc.session?.state ?? {}) as { secret?: string }
  return html`<input type="hidden" name="xsrf" value="${secret}">`
}

function explain({ device }: Texts, { name, userCode }: Failure): string {
  if (name === 'AbortedError') return device.cancelled
  if (name === 'NoCodeError') return device.noCode
  if (name === 'ExpiredError') return device.expired
  if (name === 'AlreadyUsedError') return device.used
  return userCode === undefined ? device.failed : device.otherCode
}
