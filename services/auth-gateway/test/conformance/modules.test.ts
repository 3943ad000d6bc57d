import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MODULES, modulesOf, NOT_APPLICABLE, type Reason } from './modules.ts'

const sources = ['.', '..'].flatMap((folder) => {
  const directory = new URL(`${folder}/`, import.meta.url)
  return readdirSync(directory)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, directory), 'utf8'))
})
const inTests = new Set(sources.flatMap((source) => source.match(/\boidcc-[\w-]*\w/g) ?? []))
const notApplicable = (Object.keys(NOT_APPLICABLE) as Reason[]).flatMap(modulesOf)

test('every module of the plans is the name of a test, or has its reason why not; none is both, and none is invented', () => {
  expect([...MODULES].filter((module) => !inTests.has(module) && !notApplicable.includes(module))).toEqual([])
  expect(notApplicable.filter((module) => inTests.has(module))).toEqual([])
  expect([...inTests, ...notApplicable].filter((module) => !MODULES.has(module))).toEqual([])
  expect(new Set(notApplicable).size).toBe(notApplicable.length)
})
