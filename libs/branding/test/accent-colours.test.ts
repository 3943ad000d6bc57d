import { assert as assertProperty, constantFrom, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { accentColours, contrast, READABLE, SURFACES } from '../src/accent-colours.ts'

test('contrast is that of WCAG 2.2', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2)
  expect(contrast('#123456', '#123456')).toBe(1)
})

test('SI-09 of every colour there is, text on it and text in it can be read, in light and dark', () => {
  assertProperty(
    property(integer({ min: 0, max: 0xffffff }), constantFrom('light', 'dark'), (number, scheme) => {
      const { fill, onFill, ink } = accentColours(`#${number.toString(16).padStart(6, '0')}`, scheme)
      expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(READABLE)
      for (const behind of [SURFACES[scheme].card, SURFACES[scheme].ground])
        expect(contrast(ink, behind)).toBeGreaterThanOrEqual(READABLE)
    }),
    { numRuns: 2_000 },
  )
})

test('a colour that can be read stays as it is; a pale one keeps its fill', () => {
  expect(accentColours('#0b5c8f', 'light')).toEqual({ fill: '#0b5c8f', onFill: '#ffffff', ink: '#0b5c8f' })
  const gold = accentColours('#ffd700', 'light')
  expect([gold.fill, gold.onFill]).toEqual(['#ffd700', '#000000'])
  expect(gold.ink).not.toBe('#ffd700')
  expect(accentColours('#ffd700', 'dark').ink).toBe('#ffd700')
})

test('the text of the pages themselves can be read', () => {
  for (const { card, ground, ink, quiet } of Object.values(SURFACES)) {
    for (const text of [ink, quiet])
      expect(Math.min(contrast(text, card), contrast(text, ground))).toBeGreaterThanOrEqual(READABLE)
  }
})
