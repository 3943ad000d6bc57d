import { type Html, html } from '@jackfield/http-server/html'
import { explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import type { Refusal } from '../domain/sign-in/admission.ts'
import type { MicrosoftFailure } from '../ports.ts'
import { anotherAddress } from './home-realm-pages.ts'
import type { Page } from './layout.ts'
import type { Texts } from './texts/texts.ts'

/** Values that every page of an attempt needs. */
export type SignInLinks = { uid: string; tenant: string | undefined; details: Html }

const attemptPath = (uid: string) => `/auth/interaction/${uid}`
const tryAgain = (texts: Texts, uid: string) => html`<a class="button" href="${attemptPath(uid)}">${texts.tryAgain}</a>`
const backToApp = (texts: Texts, uid: string) =>
  html`<form method="post" action="${attemptPath(uid)}/cancel"><button class="plain">${texts.backToApp}</button></form>`
const otherAccount = (texts: Texts, uid: string, accountId: string, look: 'button' | 'button plain') =>
  html`<a class="${look}" href="${attemptPath(uid)}/microsoft/${accountId}?prompt=select_account">${texts.useAnotherAccount}</a>`
export const forAdmin = (texts: Texts, sentence: string) => html`<p class="quiet">${texts.forAdmin(sentence)}</p>`

export function refusalPage(
  texts: Texts,
  refusal: Refusal,
  { uid, details }: SignInLinks,
  accountId: string | undefined,
): Page {
  const { title, person, admin } = texts.admission[refusal]
  const other =
    accountId !== undefined && refusal === 'not-imported' && otherAccount(texts, uid, accountId, 'button plain')
  return {
    title,
    body: html`<p>${person}</p>${forAdmin(texts, admin)}
<div class="actions">${tryAgain(texts, uid)}${backToApp(texts, uid)}${other}</div>${details}`,
  }
}

export function notSetUpPage(texts: Texts, { uid, tenant, details }: SignInLinks): Page {
  const { title, person, admin } = texts.notSetUp
  return {
    title,
    body: html`<p>${person(tenant)}</p>
${forAdmin(texts, admin)}
<div class="actions">${backToApp(texts, uid)}</div>${details}`,
  }
}

export function accountPickerPage(
  texts: Texts,
  accounts: ReadonlyArray<{ id: string; alias: string }>,
  { uid }: Pick<SignInLinks, 'uid'>,
): Page {
  return {
    title: texts.accountPicker.title,
    body: html`<p>${texts.accountPicker.lead}</p>
${accounts.map(({ id, alias }) => html`<a class="button plain choice" href="${attemptPath(uid)}/microsoft/${id}">${alias}</a>`)}
<div class="actions">${backToApp(texts, uid)}</div>`,
  }
}

export function wrongDirectoryPage(
  texts: Texts,
  alias: string,
  accountId: string,
  { uid, tenant, details }: SignInLinks,
): Page {
  return {
    title: texts.wrongDirectory.title,
    body: html`<p>${texts.wrongDirectory.person(tenant, alias)}</p>
<div class="actions">${otherAccount(texts, uid, accountId, 'button')}${tenant === undefined && anotherAddress(texts, uid)}${backToApp(texts, uid)}</div>${details}`,
  }
}

type OtherFailure = Exclude<MicrosoftFailure, { kind: 'wrong-directory' }>

/** Status and page of a failure at Microsoft: one sentence for the person, one for the admin, no received text. */
export function microsoftFailurePage(
  texts: Texts,
  failure: OtherFailure,
  { uid, details }: Pick<SignInLinks, 'uid' | 'details'>,
): { status: number; page: Page } {
  const { status, title, person, admin } = describeFailure(texts, failure)
  return {
    status,
    page: {
      title,
      body: html`<p>${person}</p>${admin !== undefined && forAdmin(texts, admin)}
<div class="actions">${tryAgain(texts, uid)}${backToApp(texts, uid)}</div>${details}`,
    },
  }
}

const STATUS = { timeout: 504, unreachable: 502, malformed: 502, 'answer-used': 400, rejected: 400 } as const

/** Codes of a wrong set-up, with which nobody can sign in. */
const OURS = /^AADSTS(70002\d\d|70001[26]|700025|50011|90002|7000112)$/

/** Errors without a code that mean a fault at Microsoft. */
const PASSING = /^(server_error|temporarily_unavailable)$/

export function describeFailure(
  { microsoft, language }: Texts,
  failure: OtherFailure,
): { status: number; title: string; person: string; admin?: string } {
  if (failure.kind === 'cancelled') return { status: 403, ...microsoft.cancelled }
  if (failure.kind === 'refused') {
    const { message, remedy } = explainRefusal(failure, language)
    if (failure.code === undefined && PASSING.test(failure.error ?? ''))
      return { status: 502, title: microsoft.notSignedIn, person: microsoft.unable, admin: `${message} ${remedy}` }
    const isOurs = failure.code !== undefined && OURS.test(failure.code)
    const person = isOurs ? microsoft.needsAdmin : microsoft.refused
    return { status: isOurs ? 502 : 403, title: microsoft.notSignedIn, person, admin: `${message} ${remedy}` }
  }
  const status = STATUS[failure.kind]
  return { status, title: status === 400 ? microsoft.notSignedIn : microsoft.noAnswer, person: microsoft[failure.kind] }
}
