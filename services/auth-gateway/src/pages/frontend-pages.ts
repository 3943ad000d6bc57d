import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

export function signInNotFinishedPage(again: string, tenant: string, details: Html): Page {
  return {
    title: 'You are not signed in',
    tenant,
    body: html`<p>The sign-in was cancelled, or it did not end with a session.</p>
<div class="actions"><a class="button" href="${again}">Sign in</a></div>${details}`,
  }
}
