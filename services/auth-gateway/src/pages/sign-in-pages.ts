import { explainAadsts } from '@jackfield/microsoft-identity/aadsts'
import type { Refusal } from '../domain/admission.ts'
import type { MicrosoftFailure } from '../ports.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

/** What every page of a sign-in under way can offer. */
export type SignInLinks = { uid: string; tenant: string; details: Html }

const attemptPath = (uid: string) => `/auth/interaction/${uid}`
const tryAgain = (uid: string) => html`<a class="button" href="${attemptPath(uid)}">Try again</a>`
const backToApp = (uid: string) =>
  html`<form method="post" action="${attemptPath(uid)}/cancel"><button class="plain">Back to the app</button></form>`
const otherAccount = (uid: string, accountId: string) =>
  html`<a class="button" href="${attemptPath(uid)}/microsoft/${accountId}?prompt=select_account">Use another account</a>`

const REFUSALS: Readonly<Record<Refusal, { title: string; person: string; admin: string }>> = {
  'not-imported': {
    title: 'You are not set up yet',
    person: 'You are not set up in the phone system yet.',
    admin: 'Import this user in Control: System > Users > Import Microsoft 365 users.',
  },
  'not-active': {
    title: 'Your account is not active',
    person: 'Your account is disabled in the phone system.',
    admin: 'Check in Entra ID that the user is enabled, then synchronise.',
  },
  'sso-not-enabled': {
    title: 'Microsoft sign-in is off for you',
    person: 'Microsoft sign-in is not enabled for you.',
    admin: 'Tick “SSO enabled” for this user in Control: System > Users.',
  },
  'not-bound': {
    title: 'No extension yet',
    person: 'You are not bound to an extension yet.',
    admin: 'Choose a phone system and an extension on the user’s Bindings tab in Control.',
  },
}

export function refusalPage(refusal: Refusal, { uid, tenant, details }: SignInLinks, accountId: string | undefined): Page {
  const { title, person, admin } = REFUSALS[refusal]
  return {
    title,
    tenant,
    body: html`<p>${person}</p><p class="quiet">For your administrator: ${admin}</p>
<div class="actions">${tryAgain(uid)}${backToApp(uid)}${accountId !== undefined && refusal === 'not-imported' && html`<a class="button plain" href="${attemptPath(uid)}/microsoft/${accountId}?prompt=select_account">Use another account</a>`}</div>${details}`,
  }
}

export function notSetUpPage({ uid, tenant, details }: SignInLinks): Page {
  return {
    title: 'Sign-in with Microsoft is not set up',
    tenant,
    body: html`<p>Sign-in with Microsoft is not set up for ${tenant}.</p>
<p class="quiet">For your administrator: connect a Microsoft 365 account in Control: System > Microsoft 365 > Add account.</p>
<div class="actions">${backToApp(uid)}</div>${details}`,
  }
}

export function accountPickerPage(
  accounts: ReadonlyArray<{ id: string; alias: string }>,
  { uid, tenant }: Omit<SignInLinks, 'details'>,
): Page {
  return {
    title: 'Choose your organisation',
    tenant,
    body: html`<p>Sign in with Microsoft as a member of:</p>
${accounts.map(({ id, alias }) => html`<a class="button plain choice" href="${attemptPath(uid)}/microsoft/${id}">${alias}</a>`)}
<div class="actions">${backToApp(uid)}</div>`,
  }
}

export function wrongDirectoryPage(alias: string, accountId: string, { uid, tenant, details }: SignInLinks): Page {
  return {
    title: 'That account belongs to another organisation',
    tenant,
    body: html`<p>Please sign in with your account of ${tenant} (${alias}).</p>
<div class="actions">${otherAccount(uid, accountId)}${backToApp(uid)}</div>${details}`,
  }
}

type OtherFailure = Exclude<MicrosoftFailure, { kind: 'wrong-directory' }>

/** Status and page of a failure at Microsoft: one sentence for the person, one for the admin; nothing of what was received. */
export function microsoftFailurePage(failure: OtherFailure, { uid, tenant, details }: SignInLinks): { status: number; page: Page } {
  const { status, title, person, admin } = describeFailure(failure)
  return {
    status,
    page: {
      title,
      tenant,
      body: html`<p>${person}</p>${admin !== undefined && html`<p class="quiet">For your administrator: ${admin}</p>`}
<div class="actions">${tryAgain(uid)}${backToApp(uid)}</div>${details}`,
    },
  }
}

function describeFailure(failure: OtherFailure): { status: number; title: string; person: string; admin?: string } {
  const title = 'Microsoft did not sign you in'
  switch (failure.kind) {
    case 'timeout':
      return { status: 504, title: 'Microsoft does not answer', person: 'Microsoft took too long to answer. Please try again in a moment.' }
    case 'unreachable':
      return {
        status: 502,
        title: 'Microsoft does not answer',
        person: 'Microsoft can’t be reached just now. Please try again in a moment.',
      }
    case 'malformed':
      return {
        status: 502,
        title: 'Microsoft does not answer',
        person: 'Microsoft answered in a way we can’t use. Please try again in a moment.',
      }
    case 'answer-used':
      return { status: 400, title, person: 'This answer from Microsoft has expired or was used before. Please try again.' }
    case 'rejected':
      return { status: 400, title, person: 'Microsoft’s answer could not be accepted. Please try again.' }
    case 'refused': {
      const { message, remedy } = explainAadsts(failure.code)
      const ours = failure.code !== undefined && /^AADSTS(70002\d\d|70001[26]|700025|50011|90002|7000112)$/.test(failure.code)
      const person = ours ? 'The connection to Microsoft needs your administrator.' : 'Microsoft did not complete the sign-in.'
      return { status: ours ? 502 : 403, title, person, admin: `${message} ${remedy}` }
    }
  }
}
