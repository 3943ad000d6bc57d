import type { Branding } from '@jackfield/contract/tenants/branding'
import { Html, html } from '@jackfield/http-server/html'
import { accentStyle, STYLE, STYLE_SOURCE, sourceOf } from './style.ts'
import type { Texts } from './texts/texts.ts'

export type Page = {
  title: string
  body: Html
  /** Name shown when the host does not determine it. */
  tenant?: string | undefined
  /** Our own text, inserted unescaped; the policy allows it by its hash only. */
  script?: string
  /** Origin that the script may call. */
  connectTo?: string
}

/** Language, name and branding of a page. */
export type Look = { texts: Texts; tenant: string | undefined; branding: Pick<Branding, 'accentColour' | 'logo'> }

/** Path prefix of logos; each logo has its own path. */
export const LOGO_PATH = '/auth/logo'

export function renderPage({ title, body, tenant: named, script }: Page, { texts, tenant, branding }: Look): string {
  const name = named ?? tenant
  const accent = accentStyle(branding.accentColour)
  const logoPath = branding.logo ? `${LOGO_PATH}/${branding.logo.sha256}` : undefined
  const icon = logoPath && html`<link rel="icon" href="${logoPath}">`
  // Empty alt text: the name is beside the logo.
  const logo = logoPath && html`<img class="logo" src="${logoPath}" alt="">`
  return html`<!doctype html>
<html lang="${texts.language}" dir="${texts.direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${icon}<style>${new Html(STYLE)}</style>${accent && html`<style>${new Html(accent)}</style>`}</head>
<body><main>${name !== undefined && html`<div class="tenant">${logo}<span>${name}</span></div>`}<h1>${title}</h1>${body}</main>${script !== undefined && html`<script type="module">${new Html(script)}</script>`}</body>
</html>
`.text
}

/**
 * Headers of a page in its look.
 *
 * @param formTargets origins at which a form of the page may end after redirects
 */
export function pageHeaders(
  { texts, branding }: Look,
  { script, connectTo }: Pick<Page, 'script' | 'connectTo'> = {},
  formTargets: readonly string[] = [],
) {
  const accent = accentStyle(branding.accentColour)
  const policy = [
    "default-src 'none'",
    `style-src ${[STYLE_SOURCE, ...(accent ? [sourceOf(accent)] : [])].join(' ')}`,
    ...(branding.logo ? ["img-src 'self'"] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    ...(script === undefined ? [] : [`script-src ${sourceOf(script)}`]),
    ...(connectTo === undefined ? [] : [`connect-src ${connectTo}`]),
  ]
  return {
    'content-security-policy': policy.join('; '),
    'content-language': texts.language,
    vary: 'Accept-Language',
  }
}
