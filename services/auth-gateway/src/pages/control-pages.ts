import type { ConsentReturn } from '@jackfield/contract/consent-link'
import type { ControlRefusal } from '../domain/sign-in/admission.ts'
import type { MicrosoftFailure } from '../ports.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'
import { describeFailure, forAdmin } from './sign-in-pages.ts'
import type { Texts } from './texts/texts.ts'

export type ControlLinks = { tenant: { slug: string; name: string }; alias: string; details: Html }

/** For an identity that Control does not admit. */
export function controlRefusalPage(texts: Texts, refusal: ControlRefusal, links: ControlLinks): Page {
  return controlPage(texts, refusal === 'not-active' ? texts.admission[refusal] : texts.control[refusal], links)
}

/** For a sign-in without an identity, or with one of another directory. */
export function controlFailurePage(
  texts: Texts,
  failure: MicrosoftFailure,
  links: ControlLinks,
): { status: number; page: Page } {
  if (failure.kind === 'wrong-directory') {
    const { title, person } = texts.wrongDirectory
    return { status: 403, page: controlPage(texts, { title, person: person(links.tenant.name, links.alias) }, links) }
  }
  const { status, ...sentences } = describeFailure(texts, failure)
  return { status, page: controlPage(texts, sentences, links) }
}

type Sentences = { title: string; person: string; admin?: string }

function controlPage(texts: Texts, { title, person, admin }: Sentences, { tenant, details }: ControlLinks): Page {
  return {
    title,
    tenant: tenant.name,
    body: html`<p>${person}</p>${admin !== undefined && forAdmin(texts, admin)}<div class="actions"><a class="button" href="/?tenant=${tenant.slug}&another=true">${texts.useAnotherAccount}</a><a class="button plain" href="/?tenant=${tenant.slug}">${texts.control.back}</a></div>${details}`,
  }
}

/** Shown after Microsoft's consent page, with or without a session in Control. */
export function consentPage(texts: Texts, { outcome, tenant, alias }: ConsentReturn, details: Html): Page {
  const { title, text, next } = texts.consent[outcome]
  return { title, tenant, body: html`<p>${texts.consent.account(alias, text)}</p><p>${next}</p>${details}` }
}
