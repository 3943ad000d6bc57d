import { type Html, html } from '@jackfield/http-server/html'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

const addressPath = (uid: string) => `/auth/interaction/${uid}/address`
const backToApp = (texts: Texts, uid: string) =>
  html`<form method="post" action="/auth/interaction/${uid}/cancel"><button class="plain">${texts.backToApp}</button></form>`

/** One field. The address stays in the form: no cookie and no URL contains it. */
export function askAddressPage(texts: Texts, uid: string, typed = '', trouble?: 'malformed' | 'unknown'): Page {
  const { title, address, hint } = texts.homeRealm
  const isWrong = trouble && html` aria-invalid="true"`
  return {
    title,
    body: html`${trouble && html`<p role="alert" id="trouble">${texts.homeRealm[trouble]}</p>`}<form id="address-form" method="post" action="${addressPath(uid)}">
<label for="address">${address}</label>
<p><input id="address" type="email" name="address" value="${typed}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required autofocus aria-describedby="${trouble ? 'trouble hint' : 'hint'}"${isWrong}></p>
<p class="quiet" id="hint">${hint}</p><div class="actions"><button>${texts.continue}</button></div></form>
<div class="actions">${backToApp(texts, uid)}</div>`,
  }
}

/** Shows aliases: people who are not signed in do not learn the tenants' names. */
export function chooseRealmPage(
  texts: Texts,
  uid: string,
  address: string,
  accounts: ReadonlyArray<{ id: string; alias: string }>,
): Page {
  const { title, lead } = texts.accountPicker
  return {
    title,
    body: html`<p>${lead}</p>
<form method="post" action="${addressPath(uid)}"><input type="hidden" name="address" value="${address}">
${accounts.map(({ id, alias }) => html`<button class="plain choice" name="account" value="${id}">${alias}</button>`)}</form>
<div class="actions">${anotherAddress(texts, uid)}${backToApp(texts, uid)}</div>`,
  }
}

/** For a person whom Microsoft has identified and several tenants admit. */
export function chooseTenantPage(
  texts: Texts,
  uid: string,
  tenants: ReadonlyArray<{ id: string; name: string }>,
): Page {
  const { chooseTenant, chooseTenantLead } = texts.homeRealm
  return {
    title: chooseTenant,
    body: html`<p>${chooseTenantLead}</p>
${tenants.map(({ id, name }) => html`<a class="button plain choice" href="/auth/interaction/${uid}/tenant/${id}">${name}</a>`)}
<div class="actions">${backToApp(texts, uid)}</div>`,
  }
}

export function anotherAddress({ homeRealm }: Texts, uid: string): Html {
  return html`<a class="button plain" href="${addressPath(uid)}">${homeRealm.useAnotherAddress}</a>`
}
