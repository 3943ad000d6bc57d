import { type Html, html } from '@jackfield/http-server/html'
import type { ControlRefusal } from '../domain/sign-in/control-admission.ts'
import type { MicrosoftFailure } from '../ports.ts'
import type { Page } from './layout.ts'
import { describeFailure, forAdmin } from './sign-in-pages.ts'
import type { Texts } from './texts/texts.ts'

export const CONTROL_REDEEMED_PATH = '/auth/control/redeemed'

export type ControlSignInLinks = { tenant: { slug: string; name: string }; alias: string; details: Html }

const actions = (texts: Texts, { tenant }: ControlSignInLinks) =>
  html`<div class="actions"><a class="button" href="/?tenant=${tenant.slug}&another=true">${texts.useAnotherAccount}</a><a class="button plain" href="/?tenant=${tenant.slug}">${texts.control.back}</a></div>`

/** For an identity that Control does not admit. */
export function controlRefusalPage(texts: Texts, refusal: ControlRefusal, links: ControlSignInLinks): Page {
  const { title, person, admin } = refusal === 'not-active' ? texts.admission[refusal] : texts.control[refusal]
  return {
    title,
    tenant: links.tenant.name,
    body: html`<p>${person}</p>${forAdmin(texts, admin)}${actions(texts, links)}${links.details}`,
  }
}

/** For a sign-in without an identity, or with one of another directory. */
export function controlFailurePage(
  texts: Texts,
  failure: MicrosoftFailure,
  links: ControlSignInLinks,
): { status: number; page: Page } {
  const tenant = links.tenant.name
  if (failure.kind === 'wrong-directory') {
    const { title, person } = texts.wrongDirectory
    const body = html`<p>${person(tenant, links.alias)}</p>${actions(texts, links)}${links.details}`
    return { status: 403, page: { title, tenant, body } }
  }
  const { status, title, person, admin } = describeFailure(texts, failure)
  const body = html`<p>${person}</p>${admin !== undefined && forAdmin(texts, admin)}${actions(texts, links)}${links.details}`
  return { status, page: { title, tenant, body } }
}
