import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SOURCES = join(import.meta.dirname, '../src')
const texts = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'))

test('S7 Control says “Entra ID”, and its former name once, so that a search finds it', () => {
  const named = texts.flatMap((text) => [...text.matchAll(/.{0,20}Azure AD/g)].map(([found]) => found))
  expect(named).toHaveLength(1)
  expect(named[0]).toMatch(/Entra ID \(formerly Azure AD$/)
  expect(texts.join('').match(/Azure Active Directory|\bAAD\b/g)).toBeNull()
})
