import { createHash } from 'node:crypto'
import { Html, html } from './html.ts'
import { pageSecurityPolicy, renderPage } from './layout.ts'

/** `script` is ours, never received: it goes in as it stands, and the policy allows it by its hash alone. */
export function signedInPage(tenant: string, script: string): string {
  return renderPage({
    title: 'Signing in',
    tenant,
    body: html`<div role="status"><p data-state="working">One moment …</p>
<p data-state="done" hidden>You may close this window.</p>
<p data-state="nobody" hidden>The page that began this sign-in is gone. Close this window and start again in the app.</p></div>
${new Html(`<script type="module">${script}</script>`)}`,
  })
}

export function signedInPolicy(script: string): string {
  return `${pageSecurityPolicy()}; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`
}
