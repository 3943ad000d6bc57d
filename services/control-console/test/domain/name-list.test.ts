import { expect, test } from 'vitest'
import { nameList, people } from '../../src/domain/name-list.ts'

const NAMES = ['Adele', 'Alex', 'Diego', 'Grady', 'Henrietta', 'Isaiah', 'Johanna']

test('S58 a few people are all named; of many, the first five and the number of others', () => {
  expect(nameList([])).toBe('')
  expect(nameList(['Adele'])).toBe('Adele')
  expect(nameList(['Adele', 'Alex'])).toBe('Adele and Alex')
  expect(nameList(NAMES.slice(0, 6))).toBe('Adele, Alex, Diego, Grady, Henrietta and Isaiah')
  expect(nameList(NAMES)).toBe('Adele, Alex, Diego, Grady, Henrietta and 2 more')
  expect(nameList(NAMES.slice(0, 5), 1_585)).toBe('Adele, Alex, Diego, Grady, Henrietta and 1,580 more')
})

test('S58 counts of people are written as words', () => {
  expect([people(0), people(1), people(3_263)]).toEqual(['0 people', '1 person', '3,263 people'])
})
