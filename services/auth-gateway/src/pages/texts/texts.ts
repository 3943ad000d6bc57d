import type { Language } from '@jackfield/contract/tenants/language'
import { ENGLISH, type Texts } from './english.ts'
import { GERMAN } from './german.ts'

export type { Texts } from './english.ts'

const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, de: GERMAN }

export function textsFor(language: Language): Texts {
  return TEXTS[language]
}
