import type { Branding } from '@jackfield/contract/branding'
import { type Html, html } from '@jackfield/http-server/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { accentStyle, STYLE, STYLE_SOURCE, sourceOf } from './style.ts'
import type { Texts } from './texts/texts.ts'

/** `tenant`: name shown when the host does not determine it. */
export type Page = { title: string; body: Html; tenant?: string | undefined }

/** Language, name and branding of a page. */
export type Look = { texts: Texts; tenant: string | undefined; branding: Pick<Branding, 'accentColour' | 'logo'> }

/** Path prefix of logos; each logo has its own path. */
export const LOGO_PATH = '/auth/logo'

/** Writes a page in the look of the request. */
export type ShowPage = (ctx: KoaContextWithOIDC, page: (texts: Texts) => Page, formTargets?: readonly string[]) => void

export function renderPage({ title, body, tenant: named }: Page, look: Look): string {
  const { texts, branding } = look
  const tenant = named ?? look.tenant
  const accent = accentStyle(branding.accentColour)
  const logoPath = branding.logo && `${LOGO_PATH}/${branding.logo.sha256}`
  const icon = logoPath && html`<link rel="icon" href="${logoPath}">`
  // Empty alt text: the name is beside the logo.
  const logo = logoPath && html`<img class="logo" src="${logoPath}" alt="">`
  return html`<!doctype html>
<html lang="${texts.language}" dir="${texts.direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${icon ?? undefined}<style>${trusted(STYLE)}</style>${accent && html`<style>${trusted(accent)}</style>`}</head>
<body><main>${tenant !== undefined && html`<div class="tenant">${logo ?? undefined}<span>${tenant}</span></div>`}<h1>${title}</h1>${body}</main></body>
</html>
`.text
}

export function languageHeaders({ texts }: Look) {
  return { 'content-language': texts.language, vary: 'Accept-Language' }
}

/** Marks our own text (styles, scripts) as HTML. */
export function trusted(text: string): Html {
  return html([text] as unknown as TemplateStringsArray)
}

/** `formTargets`: origins at which a form of the page may end after redirects. */
export function pageSecurityPolicy({ branding }: Look, formTargets: readonly string[] = []): string {
  const accent = accentStyle(branding.accentColour)
  return [
    "default-src 'none'",
    `style-src ${[STYLE_SOURCE, ...(accent ? [sourceOf(accent)] : [])].join(' ')}`,
    ...(branding.logo ? ["img-src 'self'"] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
  ].join('; ')
}
