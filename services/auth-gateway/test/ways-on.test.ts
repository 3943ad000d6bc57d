import { Language } from '@jackfield/contract/tenants/language'
import { expect, test } from 'vitest'
import { textsFor } from '../src/pages/texts/texts.ts'
import { PAGES, REFUSED_PAGES } from './every-page.ts'

const LEADS_ON = /<button|<a [^>]*href="[^"]+"/

test.each(Language.options)(
  'T-132 in %s every page that people can meet has a button or a link that leads on',
  (language) => {
    const texts = textsFor(language)
    const stuck = Object.entries(PAGES).filter(([, page]) => !LEADS_ON.test(page(texts).body.text))
    expect(stuck.map(([name]) => name)).toEqual([])
  },
)

test('T-132 so has every refusal, also where no app is known', () => {
  const texts = textsFor('en')
  const stuck = REFUSED_PAGES.filter(([, page]) =>
    [page(texts), page(texts, [])].some(({ body }) => !LEADS_ON.test(body.text)),
  )
  expect(stuck.map(([code]) => code)).toEqual([])
  expect(REFUSED_PAGES.length).toBeGreaterThan(25)
})
