import { Language } from '@jackfield/contract/tenants/language'

const LANGUAGES = Language.options

type LanguagePreferences = {
  /** OpenID Connect Core 3.1.2.1: tags separated by blanks, in order of preference. */
  uiLocales: string | undefined
  /** RFC 9110 12.5.4. */
  acceptLanguage: string | undefined
  tenantLanguage: Language | undefined
}

/** The app's choice, else the browser's, else the tenant's, else English. */
export function chooseLanguage({ uiLocales, acceptLanguage, tenantLanguage }: LanguagePreferences): Language {
  return ofUiLocales(uiLocales ?? '') ?? ofAcceptLanguage(acceptLanguage ?? '') ?? tenantLanguage ?? 'en'
}

function ofUiLocales(uiLocales: string): Language | undefined {
  for (const tag of uiLocales.split(' ')) {
    const language = speaks(tag)
    if (language) return language
  }
  return undefined
}

/** The supported language of highest weight, the first of equals. `*` leaves the choice to the tenant. */
function ofAcceptLanguage(header: string): Language | undefined {
  let best: { language: Language | undefined; weight: number } = { language: undefined, weight: 0 }
  for (const range of header.split(',')) {
    const [tag = '', parameter] = range.split(';', 2).map((part) => part.trim())
    const language = speaks(tag)
    if (!language && tag !== '*') continue
    const weight = weightOf(parameter)
    if (weight > best.weight) best = { language, weight }
  }
  return best.language
}

/** Lookup (RFC 4647 3.4) without regions: `de-AT` is German. No tag is longer than 35 characters. */
function speaks(tag: string): Language | undefined {
  if (tag.length > 35) return undefined
  return LANGUAGES.find((language) => language === tag.split('-', 1)[0]?.toLowerCase())
}

function weightOf(parameter: string | undefined): number {
  if (parameter === undefined) return 1
  const [name, value = ''] = parameter.split('=', 2)
  const isWeight = name?.toLowerCase() === 'q' && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value)
  return isWeight ? Number(value) : 0
}
