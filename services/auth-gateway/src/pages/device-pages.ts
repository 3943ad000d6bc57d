import type { KoaContextWithOIDC } from 'oidc-provider'
import { type Html, html } from './html.ts'
import { pageSecurityPolicy, renderPage } from './layout.ts'

type DeviceInfo = { ip?: string; ua?: string }
type Failure = { name: string; userCode?: string }

/** The pages of the device flow (RFC 8628 3.3), for a person who holds a device's code in hand. */
export function devicePages(tenant: string, onWrongCode: (ctx: KoaContextWithOIDC) => void) {
  const show = (ctx: KoaContextWithOIDC, title: string, body: Html) => {
    ctx.set('content-security-policy', pageSecurityPolicy())
    ctx.type = 'html'
    ctx.body = renderPage({ title, tenant, body })
  }
  return {
    async input(ctx: KoaContextWithOIDC, _form?: string, _out?: unknown, error?: Failure): Promise<void> {
      if (error?.name === 'NotFoundError') onWrongCode(ctx)
      const trouble = error && html`<p role="alert">${explain(error)}</p>`
      show(
        ctx,
        'Connect a device',
        html`${trouble}<form method="post" action="${ctx.oidc.urlFor('code_verification')}">${secretOf(ctx)}
<p><label for="code">Enter the code that the device shows</label></p>
<p><input id="code" name="user_code" value="${error?.userCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus></p>
<div class="actions"><button>Continue</button></div></form>`,
      )
    },
    /** RFC 8628 5.4: somebody else may have sent the link, so the person is told what they are about to let in. */
    async confirm(
      ctx: KoaContextWithOIDC,
      _form: string,
      client: { clientName?: string; clientId: string },
      device: DeviceInfo,
      code: string,
    ) {
      show(
        ctx,
        'Is this your device?',
        html`<p><strong>${client.clientName ?? client.clientId}</strong> shows the code <strong>${code}</strong> and asks to sign in as you.</p>
<p class="quiet">It asked from the address ${device.ip ?? 'unknown'}.</p>
<p>Continue only if the device is in front of you and shows this code. If somebody sent you here, cancel.</p>
<form method="post" action="${ctx.oidc.urlFor('code_verification')}">${secretOf(ctx)}<input type="hidden" name="user_code" value="${code}">
<div class="actions"><button name="confirm" value="yes">Continue</button><button class="plain" name="abort" value="yes">Cancel</button></div></form>`,
      )
    },
    async success(ctx: KoaContextWithOIDC): Promise<void> {
      const name = ctx.oidc.client?.clientName ?? 'The device'
      show(ctx, 'The device is connected', html`<p>${name} signs in as you now. You can close this window.</p>`)
    },
  }
}

function secretOf(ctx: KoaContextWithOIDC): Html {
  const { secret } = (ctx.oidc.session?.state ?? {}) as { secret?: string }
  return html`<input type="hidden" name="xsrf" value="${secret}">`
}

function explain({ name, userCode }: Failure): string {
  if (name === 'AbortedError') return 'Cancelled. The device was not connected.'
  if (name === 'NoCodeError') return 'Enter the code.'
  if (name === 'ExpiredError') return 'The code has expired. Let the device show a new one.'
  if (name === 'AlreadyUsedError') return 'The code was used already. Let the device show a new one.'
  return userCode === undefined ? 'That did not work. Let the device show a new code.' : 'The device shows another code. Look again.'
}
