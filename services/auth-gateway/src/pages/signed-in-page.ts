import { html } from '@jackfield/http-server/html'
import { type Look, pageSecurityPolicy, renderPage, trusted } from './layout.ts'

/** `script` is our own text, inserted unescaped; the policy allows it by its hash only. */
export function signedInPage(look: Look, script: string): string {
  const { bridge, oneMoment } = look.texts
  const body = html`<div role="status"><p data-state="working">${oneMoment}</p>
<p data-state="done" hidden>${bridge.done}</p>
<p data-state="nobody" hidden>${bridge.nobody}</p></div>
<script type="module">${trusted(script)}</script>`
  return renderPage({ title: bridge.title, body }, look)
}

export function signedInPolicy(look: Look, scriptSource: string): string {
  return `${pageSecurityPolicy(look)}; script-src ${scriptSource}`
}
