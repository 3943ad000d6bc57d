import { describe, expect, test } from 'vitest'
import { pageBytes } from '../src/adapters/graph/graph-page-bytes.ts'
import { usesPageProofs } from '../src/domain/page-proof.ts'

const bytes = (text: string) => Buffer.from(text)
const read = (text: string, asked = 'everything') => pageBytes(bytes(text), asked)
const ADA = '{"id":"1","displayName":"Ada"}'
const BOB = '{"id":"2","displayName":"Bob"}'
const HEAD = '{"@odata.context":"c","@odata.nextLink":"https://graph/users?$skiptoken=1",'
const PAGE = `${HEAD}"value":[${ADA},${BOB}]}`

describe('the bytes of a page', () => {
  test('SY-15 have one digest wherever the listing goes on, and another for every letter and for every question', () => {
    const { head } = read(PAGE)
    expect(head?.digest).toMatch(/^[0-9a-f]{32}$/)
    expect(head?.members).toMatchObject({ '@odata.nextLink': 'https://graph/users?$skiptoken=1' })
    expect(read(PAGE.replace('=1', '=2')).head?.digest).toBe(head?.digest)
    expect(read(`{"value":[${ADA},${BOB}]}`).head?.digest).toBe(head?.digest)
    const others = [
      PAGE.replace('Ada', 'Adb'),
      `${HEAD}"value":[${BOB},${ADA}]}`,
      `${HEAD}"value":[]}`,
      PAGE.replace(']}', '],"a":1}'),
    ]
    const digests = [...others.map((text) => read(text)), read(PAGE, 'less')].map((page) => page.head?.digest)
    expect(new Set([head?.digest, ...digests]).size).toBe(6)
  })

  test('SI-05 are read whole where the list of people is not certain to begin', () => {
    const doubtful = [
      `{"a":{"value":[1]},"value":[${ADA}]}`,
      `{"a":[{"value":[1]}],"value":[${ADA}]}`,
      `{"a":"b","value" : [${ADA}]}`,
      `\ufeff{"value":[${ADA}]}`,
    ]
    for (const text of doubtful) {
      expect(read(text).head, text).toBeUndefined()
      expect(read(text).parse()).toEqual({ members: JSON.parse(text.replace('\ufeff', '')), endsWithPeople: false })
    }
    const late = { '@odata.context': 'x'.repeat(100_000), value: [{ id: '1' }] }
    const far = read(JSON.stringify(late))
    expect(far.head).toBeUndefined()
    expect(far.parse().members).toEqual(late)
    expect(read('').head).toBeUndefined()
  })

  test('SI-05 that look like the list in somebody’s name, or in a text before it, do not begin it', () => {
    const named = JSON.stringify({ '@odata.context': '"value":[', value: [{ id: '1', displayName: '"value":[' }] })
    expect(read(named).head?.members).toEqual({ '@odata.context': '"value":[', value: [] })
    expect(read(named).parse()).toEqual({ members: JSON.parse(named), endsWithPeople: true })
  })

  test('SI-05 tell when something follows the people, and then what follows counts', () => {
    const late = [
      `{"value":[${ADA}],"@odata.nextLink":"later"}`,
      `{"@odata.nextLink":"first","value":[${ADA}],"@odata.nextLink":"later"}`,
      `{"@odata.nextLink":"first","value":[${ADA}],"@odata.nextLink":"later","a":[]}`,
    ]
    for (const text of late) expect(read(text).parse()).toEqual({ members: JSON.parse(text), endsWithPeople: false })
    expect(read(PAGE).parse()).toEqual({ members: JSON.parse(PAGE), endsWithPeople: true })
    expect(() => read(`${HEAD}"value":[${ADA}`).parse()).toThrow(SyntaxError)
  })
})

test('S50 only a run that asks no more than whether everybody is the same goes by proofs of pages', () => {
  const everybody = { sync: true, sso: false }
  const run = { kind: 'import' as const, preview: false, everybody, filter: null, rules: null }
  const full = { ...run, kind: 'full' as const, everybody: null }
  expect([run, full].map(usesPageProofs)).toEqual([true, true])
  const others = [
    { ...run, preview: true },
    { ...run, filter: { department: 'Sales' } },
    { ...run, everybody: { sync: false, sso: false } },
    { ...run, everybody: null },
    { ...full, preview: true },
    { ...full, rules: {} },
    { ...full, kind: 'delta' as const },
  ]
  for (const other of others) expect(usesPageProofs(other), JSON.stringify(other)).toBe(false)
})
