import { expect, test } from 'vitest'
import { houseViolations } from '../src/checks/check-house.ts'

const lines = (count: number) => 'export {}\n'.repeat(count)
const folder = (path: string, count: number) =>
  Array.from({ length: count }, (_, index) => [`${path}/file-${index}.ts`, lines(1)] as const)
const port = (name: string, count: number) =>
  `export type ${name} = {\n${Array.from({ length: count }, (_, index) => `  do${index}(id: string): Promise<void>\n`).join('')}}\n`
const found = (...files: Array<readonly [path: string, text: string]>) => houseViolations(new Map(files))

test('a source folder of 20 files is allowed, one of 21 is a violation', () => {
  expect(found(...folder('libs/thing/src', 20), ...folder('libs/thing/src/inner', 20))).toEqual([])
  expect(found(...folder('services/thing/src/adapters', 21))).toEqual([
    'services/thing/src/adapters: 21 source files in one folder, 20 at most',
  ])
})

test('folders of tests may have any number of files', () => {
  expect(found(...folder('services/thing/test', 60))).toEqual([])
})

test('a source file has 250 lines at most, a test 400', () => {
  expect(found(['libs/thing/src/a.ts', lines(250)], ['libs/thing/test/a.test.ts', lines(400)])).toEqual([])
  expect(found(['libs/thing/src/a.tsx', lines(251)], ['libs/thing/test/a.test.ts', lines(401)])).toEqual([
    'libs/thing/src/a.tsx: 251 lines, 250 at most',
    'libs/thing/test/a.test.ts: 401 lines, 400 at most',
  ])
})

test('a port has ten methods at most, as a type and as an interface', () => {
  const asInterface = port('Wide', 11).replace('type Wide =', 'interface Wide')
  expect(found(['services/a/src/ports.ts', port('Narrow', 10)])).toEqual([])
  expect(found(['services/a/src/ports.ts', port('Wide', 11)], ['services/b/src/run-ports.ts', asInterface])).toEqual([
    'services/a/src/ports.ts: port Wide has 11 methods, 10 at most',
    'services/b/src/run-ports.ts: port Wide has 11 methods, 10 at most',
  ])
})

test('a port counts properties that are functions, optional, overloaded and nested members and both sides of &', () => {
  const text = `export type Wide = Pick<Other, 'a' | 'b'> & {
    // a(): void
    /** b(): void */
    one(id: string): void
    two?: (id: string) => Promise<() => void>
    readonly three: <T>(value: T) => T
    four<T>(value: T): { again(): T }
    five(value: 'a(): void; b(): void', done: () => void): void
    five(value: number): void
    nested: { six(): void; seven: () => void }
    eight: string
  } & { nine(): void; ten(): void; eleven: (() => void) | undefined; twelve(): void }`
  expect(found(['services/a/src/ports.ts', text])).toEqual([
    'services/a/src/ports.ts: port Wide has 12 methods, 10 at most',
  ])
})

test('data with many members, and types outside of ports.ts, are no ports', () => {
  const data = `export type Row = {${Array.from({ length: 30 }, (_, index) => `column${index}: string`).join('\n')}}`
  expect(found(['services/a/src/ports.ts', data], ['services/a/src/imports.ts', port('Wide', 30)])).toEqual([])
})
