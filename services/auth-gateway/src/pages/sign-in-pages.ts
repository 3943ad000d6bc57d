import { type Html, html } from '@jackfield/http-server/html'
import { explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import { explainClock } from '@jackfield/microsoft-identity/own-faults'
import type { Refusal } from '../domain/sign-in/admission.ts'
import type { MicrosoftFailure } from '../ports.ts'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

type Account = { id: string; alias: string }

const attemptPath = (uid: string) => `/auth/interaction/${uid}`
const addressPath = (uid: string) => `${attemptPath(uid)}/address`
const tryAgain = (texts: Texts, uid: string) => html`<a class="button" href="${attemptPath(uid)}">${texts.tryAgain}</a>`
const backToApp = (texts: Texts, uid: string) =>
  html`<form method="post" action="${attemptPath(uid)}/cancel"><button class="plain">${texts.backToApp}</button></form>`
const otherAccount = (texts: Texts, uid: string, accountId: string, look: 'button' | 'button plain') =>
  html`<a class="${look}" href="${attemptPath(uid)}/microsoft/${accountId}?prompt=select_account">${texts.useAnotherAccount}</a>`
const anotherAddress = ({ homeRealm }: Texts, uid: string) =>
  html`<a class="button plain" href="${addressPath(uid)}">${homeRealm.useAnotherAddress}</a>`

export type Sentences = { title: string; person: string; admin?: string | undefined }

/** What happened, in one sentence for the person and one for the admin, and what to do now. */
export function explanation(texts: Texts, { title, person, admin }: Sentences, ...actions: Html[]): Page {
  return {
    title,
    body: html`<p>${person}</p>${admin !== undefined && html`<p class="quiet">${texts.forAdmin(admin)}</p>`}
<div class="actions">${actions}</div>`,
  }
}

export function refusalPage(texts: Texts, refusal: Refusal, uid: string, accountId: string | undefined): Page {
  const other =
    accountId !== undefined && refusal === 'not-imported' ? [otherAccount(texts, uid, accountId, 'button plain')] : []
  return explanation(texts, texts.admission[refusal], tryAgain(texts, uid), backToApp(texts, uid), ...other)
}

export function notSetUpPage(texts: Texts, uid: string, tenant: string | undefined): Page {
  const { title, person, admin } = texts.notSetUp
  return explanation(texts, { title, person: person(tenant), admin }, backToApp(texts, uid))
}

function choicePage(texts: Texts, uid: string, title: string, lead: string, choices: Html[], ...actions: Html[]): Page {
  return {
    title,
    body: html`<p>${lead}</p>
${choices}
<div class="actions">${actions}${backToApp(texts, uid)}</div>`,
  }
}

export function accountPickerPage(texts: Texts, accounts: readonly Account[], uid: string): Page {
  const { title, lead } = texts.accountPicker
  const choices = accounts.map(
    ({ id, alias }) => html`<a class="button plain choice" href="${attemptPath(uid)}/microsoft/${id}">${alias}</a>`,
  )
  return choicePage(texts, uid, title, lead, choices)
}

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
  realms: ReadonlyArray<{ account: Account }>,
): Page {
  const { title, lead } = texts.accountPicker
  const form = html`<form method="post" action="${addressPath(uid)}"><input type="hidden" name="address" value="${address}">
${realms.map(({ account }) => html`<button class="plain choice" name="account" value="${account.id}">${account.alias}</button>`)}</form>`
  return choicePage(texts, uid, title, lead, [form], anotherAddress(texts, uid))
}

/** For a person whom Microsoft has identified and several tenants admit. */
export function chooseTenantPage(
  texts: Texts,
  uid: string,
  tenants: ReadonlyArray<{ id: string; name: string }>,
): Page {
  const { chooseTenant, chooseTenantLead } = texts.homeRealm
  const choices = tenants.map(
    ({ id, name }) => html`<a class="button plain choice" href="${attemptPath(uid)}/tenant/${id}">${name}</a>`,
  )
  return choicePage(texts, uid, chooseTenant, chooseTenantLead, choices)
}

type Expected = { uid: string; tenant: string | undefined; accountId: string; alias: string }

export function wrongDirectoryPage(texts: Texts, expected: Expected): Page {
  return expectedPage(texts, texts.wrongDirectory, expected)
}

/** For a browser that went to Microsoft and did not come back. */
export function notReturnedPage(texts: Texts, expected: Expected): Page {
  const { uid, accountId } = expected
  const again = html`<a class="button plain" href="${attemptPath(uid)}/microsoft/${accountId}">${texts.continue}</a>`
  return expectedPage(texts, texts.notReturned, expected, again)
}

/** Names the expected organisation and offers another account (S39). */
function expectedPage(
  texts: Texts,
  { title, person }: Texts['wrongDirectory'],
  { uid, tenant, accountId, alias }: Expected,
  ...more: Html[]
): Page {
  const address = tenant === undefined ? [anotherAddress(texts, uid)] : []
  const actions = [otherAccount(texts, uid, accountId, 'button'), ...more, ...address, backToApp(texts, uid)]
  return explanation(texts, { title, person: person(tenant, alias) }, ...actions)
}

type OtherFailure = Exclude<MicrosoftFailure, { kind: 'wrong-directory' }>

/** Status and page of a failure at Microsoft. Contains no received text. */
export function microsoftFailurePage(texts: Texts, failure: OtherFailure, uid: string): { status: number; page: Page } {
  const { status, ...sentences } = describeFailure(texts, failure)
  return { status, page: explanation(texts, sentences, tryAgain(texts, uid), backToApp(texts, uid)) }
}

const STATUS = { timeout: 504, unreachable: 502, malformed: 502, busy: 503, 'answer-used': 400, rejected: 400 } as const

/** Codes of a wrong set-up, with which nobody can sign in, and errors that mean one where no code comes. */
const OURS =
  /^(AADSTS(70002\d\d|70001[26]|70002[357]|700038|50011|90002|900023|90038|900382|900432|7000112|9002326)|invalid_client|invalid_tenant|other_cloud|foreign_endpoint|redemption_blocked)$/

/** Errors that mean a fault at Microsoft. */
const PASSING = /^(server_error|temporarily_unavailable)$/

export function describeFailure({ microsoft, language }: Texts, failure: OtherFailure): Sentences & { status: number } {
  if (failure.kind === 'cancelled') return { status: 403, ...microsoft.cancelled }
  if (failure.kind === 'refused') {
    const { message, remedy } = explainRefusal(failure, language)
    const sentences = { title: microsoft.notSignedIn, admin: `${message} ${remedy}` }
    if (PASSING.test(failure.error ?? '')) return { status: 502, ...sentences, person: microsoft.unable }
    return OURS.test(failure.code ?? failure.error ?? '')
      ? { status: 502, ...sentences, person: microsoft.needsAdmin }
      : { status: 403, ...sentences, person: microsoft.refused }
  }
  if (failure.kind === 'untrusted-certificate') {
    const admin = microsoft.untrustedCertificate(failure.code)
    return { status: 502, title: microsoft.noAnswer, person: microsoft.needsAdmin, admin }
  }
  if (failure.kind === 'wrong-clock') {
    const { message, remedy } = explainClock(failure.seconds, language)
    return { status: 502, title: microsoft.notSignedIn, person: microsoft.needsAdmin, admin: `${message} ${remedy}` }
  }
  const status = STATUS[failure.kind]
  return { status, title: status === 400 ? microsoft.notSignedIn : microsoft.noAnswer, person: microsoft[failure.kind] }
}

/** For a server-rendered frontend's sign-in that ended without a session. */
export function signInNotFinishedPage(texts: Texts, again: string): Page {
  const { title, text, signIn } = texts.notFinished
  return explanation(texts, { title, person: text }, html`<a class="button" href="${again}">${signIn}</a>`)
}
