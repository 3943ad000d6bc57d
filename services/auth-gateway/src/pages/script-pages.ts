import { html } from '@jackfield/http-server/html'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

/** What the browser needs to redeem a code of the platform `spa`, and the handle under which it posts the result. */
export type Redemption = {
  tokenEndpoint: string
  clientId: string
  code: string
  redirectUri: string
  verifier: string
  scope: string
  handle: string
}

export const REDEEM_PATH = '/auth/microsoft/redeem'
export const REDEEMED_PATH = '/auth/microsoft/redeemed'

// Microsoft gives tokens of this platform only to cross-origin requests of a browser. The access token is discarded.
// `fetch` fails alike when CORS blocks the answer and when the host does not answer. A second request in the mode
// `no-cors` fails only when the host does not answer (FC-13).
const REDEEM = `
const form = document.forms[0]
const give = (name, value) => { form.elements[name].value = value === undefined ? '' : String(value) }
const { endpoint, ...members } = form.dataset
const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: members.client, code: members.code,
  redirect_uri: members.redirect, code_verifier: members.verifier, scope: members.scope })
fetch(endpoint, { method: 'POST', body, credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(15000) })
  .then((answer) => answer.json())
  .then((answer) => { give('id_token', answer.id_token); give('error', answer.error); give('error_description', answer.error_description) })
  .catch((error) => error.name === 'TypeError'
    ? fetch(endpoint, { mode: 'no-cors', credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(5000) })
        .then(() => give('error', 'blocked'))
    : undefined)
  .catch(() => give('error', 'unreachable'))
  .then(() => form.submit())
`

/**
 * The page between Microsoft and our own verification: it shows for as long as one request takes. Where its script does
 * not run to its end, a button appears that goes on as if Microsoft had not answered.
 */
export function redeemInBrowserPage({ redeeming, oneMoment, tryAgain }: Texts, redemption: Redemption): Page {
  const { tokenEndpoint, clientId, code, redirectUri, verifier, scope, handle } = redemption
  return {
    title: redeeming.title,
    body: html`<p role="status">${oneMoment}</p><noscript><p>${redeeming.needsScript}</p></noscript>
<form method="post" action="${REDEEMED_PATH}" data-endpoint="${tokenEndpoint}" data-client="${clientId}" data-code="${code}" data-redirect="${redirectUri}" data-verifier="${verifier}" data-scope="${scope}">
<input type="hidden" name="handle" value="${handle}"><input type="hidden" name="id_token"><input type="hidden" name="error" value="unreachable"><input type="hidden" name="error_description">
<div class="late"><p>${redeeming.late}</p><div class="actions"><button>${tryAgain}</button></div></div></form>`,
    script: REDEEM,
    connectTo: new URL(tokenEndpoint).origin,
  }
}

/** Ends the address of a sign-out that our own page posts. */
export const ONWARD_QUERY = '?onward'
const SIGN_OUT_MEMBERS = new Set([
  'id_token_hint',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
  'client_id',
  'logout_hint',
])

/**
 * Posts an app's sign-out once more, from our own origin: another site's form carries no Lax cookie, and an address must
 * not carry the ID token.
 */
export function signOutOnwardPage({ signOut, oneMoment, continue: goOn }: Texts, form: URLSearchParams): Page {
  const inputs = [...form]
    .filter(([name]) => SIGN_OUT_MEMBERS.has(name))
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  return {
    title: signOut.title,
    body: html`<p role="status">${oneMoment}</p><form method="post" action="/auth/logout${ONWARD_QUERY}">${inputs}
<div class="actions"><button>${goOn}</button></div></form>`,
    script: 'document.forms[0].submit()',
  }
}

/** Hands a browser app its answer. `script` is that of `@jackfield/browser-signin`. */
export function signedInPage({ bridge, error, oneMoment, code }: Texts, script: string): Page {
  return {
    title: bridge.title,
    body: html`<div role="status"><p data-state="working">${oneMoment}</p>
<p data-state="done" hidden>${bridge.done}</p>
<div data-state="nobody" hidden><p>${bridge.nobody}</p><p class="quiet">${code('page-not-reached')}</p>
<div class="actions"><a class="button plain" href="/">${error.startPage}</a></div></div></div>`,
    script,
  }
}
