import { createHash } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { type Html, html } from './html.ts'
import type { Texts } from './texts/texts.ts'

const STYLE = `
:root{color-scheme:light dark;--ground:#eef1f4;--card:#fff;--ink:#1a2330;--quiet:#546070;--line:#d5dbe2;--accent:#0b5c8f;--on-accent:#fff}
@media (prefers-color-scheme:dark){:root{--ground:#11161c;--card:#1a212a;--ink:#e8edf2;--quiet:#9fabb8;--line:#35404c;--accent:#6db9e8;--on-accent:#08202f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
main{width:100%;max-width:28rem;background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:2rem;box-shadow:0 1px 2px #0001,0 12px 32px #0001}
.tenant{margin:0 0 1.2rem;color:var(--quiet);font-size:.9rem}
h1{margin:0 0 .6rem;font-size:1.35rem;line-height:1.25}
p{margin:.6rem 0}
.quiet{color:var(--quiet);font-size:.875rem;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:.7rem;margin-top:1.4rem}
.actions form{margin:0}
button,a.button{display:inline-block;font:inherit;font-weight:600;padding:.6rem 1.1rem;border-radius:.5rem;border:1px solid var(--accent);background:var(--accent);color:var(--on-accent);text-decoration:none;cursor:pointer}
button.plain,a.plain{background:transparent;color:var(--accent)}
a.choice{display:block;margin:.5rem 0;text-align:start}
label{display:block;font-weight:600}
input:not([type=hidden]){width:100%;font:inherit;font-size:1.25rem;letter-spacing:.12em;text-transform:uppercase;padding:.6rem .8rem;border:1px solid var(--quiet);border-radius:.5rem;background:transparent;color:inherit}
[role=alert]{border-inline-start:4px solid #c4314b;padding-inline-start:.8rem}
ul.sessions{list-style:none;margin:1.2rem 0;padding:0}
ul.sessions li{display:flex;align-items:center;justify-content:space-between;gap:1rem;padding:.8rem 0;border-top:1px solid var(--line)}
ul.sessions p{margin:.2rem 0 0}
ul.sessions a,ul.sessions button{white-space:nowrap}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`
/** The one style sheet of our pages, allowed by its hash. */
const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

/** `tenant`: whose page it is, where the host does not say it. */
export type Page = { title: string; body: Html; tenant?: string | undefined }

/** How pages of a site look to a visitor. */
export type Look = { texts: Texts; tenant: string | undefined }

/** Shows a page in the look of the visitor of an OpenID Connect request. */
export type ShowPage = (ctx: KoaContextWithOIDC, page: (texts: Texts) => Page, formTargets?: readonly string[]) => void

export function renderPage({ title, body, tenant: named }: Page, look: Look): string {
  const { texts } = look
  const tenant = named ?? look.tenant
  return html`<!doctype html>
<html lang="${texts.language}" dir="${texts.direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${trusted(STYLE)}</style></head>
<body><main>${tenant !== undefined && html`<p class="tenant">${tenant}</p>`}<h1>${title}</h1>${body}</main></body>
</html>
`.text
}

export function languageHeaders({ texts }: Look) {
  return { 'content-language': texts.language, vary: 'Accept-Language' }
}

/** Text of ours that is no user's: styles and scripts. */
export function trusted(text: string): Html {
  return html([text] as unknown as TemplateStringsArray)
}

/** `formTargets`: origins a form of the page may end at, after redirects. */
export function pageSecurityPolicy(formTargets: readonly string[] = []): string {
  return [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
  ].join('; ')
}
