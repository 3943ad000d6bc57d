import { readdirSync, readFileSync } from 'node:fs'
import { Html } from '@jackfield/http-server/html'
import { expect, test } from 'vitest'
import { textsFor } from '../src/pages/texts/texts.ts'

const SOURCES = new URL('../src/', import.meta.url)
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.startsWith('pages/texts/'),
)

/** The literal parts of every `html` template, without what is filled in and without tags. */
function shownText(source: string): string {
  let shown = ''
  for (const { index } of source.matchAll(/\bhtml`/g)) {
    let depth = 0
    for (let at = index + 5; at < source.length; at++) {
      if (depth === 0 && source[at] === '`') break
      if (source.startsWith('${', at)) depth += 1
      if (depth === 0) shown += source[at]
      else if (source[at] === '{' && source[at - 1] !== '$') depth += 1
      else if (source[at] === '}') depth -= 1
    }
    shown += '\n'
  }
  const attributes = [...shown.matchAll(/\b(?:aria-label|alt|title|placeholder)="([^"]*)"/g)].map(([, value]) => value)
  return [shown.replace(/<style>[\s\S]*?<\/style>|<[^<>]*>|[\w-]+="[^"]*"/g, ' '), ...attributes].join(' ')
}

test('SI-09 S36 no page has words of its own: all come from the message files', () => {
  const wordy = files.flatMap((name) => {
    const source = readFileSync(new URL(name, SOURCES), 'utf8')
    const words = shownText(source).match(/\p{L}{2,}/gu) ?? []
    const titles = (source.includes('html`') && source.match(/\btitle: ['"`]/g)) || []
    return words.length + titles.length > 0 ? [`${name}: ${[...words, ...titles].join(' ')}`] : []
  })
  expect(wordy).toEqual([])
  const wordyTemplate = ['html`<p aria-label="Raw">$', '{a(html`<b>Deep</b>`)} Word</p>`'].join('')
  expect(shownText(wordyTemplate)).toMatch(/Word[\s\S]*Deep[\s\S]*Raw/)
})

test('S37 every function that makes a page is among those that axe looks at', () => {
  const looked = readFileSync(new URL('every-page.ts', import.meta.url), 'utf8')
  const makers = files
    .filter((name) => name.startsWith('pages/'))
    .flatMap((name) =>
      [...readFileSync(new URL(name, SOURCES), 'utf8').matchAll(/export function (\w+Pages?)\(/g)].map(
        ([, made = '']) => made,
      ),
    )
  expect(makers.length).toBeGreaterThan(15)
  expect(makers.filter((made) => !looked.includes(`${made}(`) && !looked.includes(`: ${made},`))).toEqual([])
})

/** Every sentence of a language, with the values of messages filled in, by its path. */
function sentencesOf(part: unknown, path = ''): Array<[string, string]> {
  if (typeof part === 'string') return [[path, part]]
  if (part instanceof Html) return [[path, part.text]]
  if (typeof part === 'function') return sentencesOf(part(...sampleOf(path)), path)
  return Object.entries(part as object).flatMap(([name, inner]) =>
    sentencesOf(inner, path === '' ? name : `${path}.${name}`),
  )
}
const sampleOf = (path: string) => (path === 'sessions.browser' ? [{ browser: 'X1', system: 'X2' }] : ['X1', 'X2'])

test('S7 S36 the German texts are German, use every value, and say “Entra ID”', () => {
  const english = new Map(sentencesOf(textsFor('en')))
  const german = new Map(sentencesOf(textsFor('de')))
  expect([...german.keys()]).toEqual([...english.keys()])
  const same = [...german].filter(([path, text]) => english.get(path) === text).map(([path]) => path)
  expect(same).toEqual(['direction', 'code'])
  for (const [path, text] of german) {
    expect([path, text.match(/X\d/g)?.toSorted()]).toEqual([path, english.get(path)?.match(/X\d/g)?.toSorted()])
    expect(text).not.toMatch(/Azure|"|''|\.\.\.|\bdu\b/)
  }
})
